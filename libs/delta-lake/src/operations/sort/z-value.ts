/** Bits of a rank that take part: ranks are below 2^11. */
const RANK_BITS = 11;

/**
 * Interleaves the bits of ranks, the highest first. Rows that are close in all ranks are mostly close in the result
 * (Morton order).
 */
export function zValue(ranks: readonly number[]): bigint {
  let value = 0n;
  for (let bit = RANK_BITS - 1; bit >= 0; bit--) {
    for (const rank of ranks) value = (value << 1n) | BigInt((rank >>> bit) & 1);
  }
  return value;
}
