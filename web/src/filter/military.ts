import { MILITARY_BLOCKS } from './military-blocks.ts';

/** Beyond the addresses of ICAO: those with bit 24 are of no state (app/src/wire/FORMAT.md). */
const NOT_ICAO = 1 << 24;
const FIRST = Uint32Array.from(MILITARY_BLOCKS, ([first]) => first);
const LAST = Uint32Array.from(MILITARY_BLOCKS, ([, last]) => last);

/**
 * Whether a state has set this address aside for its military. Many states have set aside none, and aircraft that were sold keep
 * their address: so it is a hint, and told as one.
 */
export function isMilitaryAddress(address: number): boolean {
  if (address >= NOT_ICAO) return false;
  let low = 0;
  let high = FIRST.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((FIRST[middle] ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  return low > 0 && address <= (LAST[low - 1] ?? 0);
}
