import { encodeIcao24 } from 'contrail/wire/units';
import type { Address } from './address.ts';
import { Store } from './store.ts';

/** More rows than this would cover the map. */
export const MOST_COMPARED = 6;

/** Which aircraft are compared, by address, in the order in which they were chosen: it stands in the address. */
export class Comparison extends Store<readonly string[]> {
  readonly #address: Address;

  constructor(address: Address) {
    super(read(address));
    this.#address = address;
    address.onChange(() => {
      const next = read(address);
      if (next.join() !== this.value.join()) this.set(next);
    });
  }

  has(icao24: string): boolean {
    return this.value.includes(icao24);
  }

  /**
   * Takes an aircraft in, or gives it up. `beside`: the chosen aircraft, which the first one is compared with. When all places
   * are taken, the first gives way.
   */
  toggle(icao24: string, beside: string | null = null): void {
    if (this.has(icao24)) {
      this.#write(this.value.filter((one) => one !== icao24));
      return;
    }
    const first = this.value.length === 0 && beside !== null && beside !== icao24 ? [beside] : this.value;
    this.#write([...first, icao24].slice(-MOST_COMPARED));
  }

  clear(): void {
    this.#write([]);
  }

  #write(addresses: readonly string[]): void {
    this.#address.set({ compare: addresses.join(',') || null }, 'comparison');
  }
}

function read(address: Address): readonly string[] {
  const parts = (address.get('compare') ?? '').toLowerCase().split(',');
  return [...new Set(parts)].filter((part) => encodeIcao24(part) !== null).slice(0, MOST_COMPARED);
}
