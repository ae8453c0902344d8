import type { Picture } from '../live/picture.ts';

/** No slot: the aircraft has left the picture. */
export const GONE = -1;

/**
 * The rows of the list: which aircraft, in which order. `arrange` puts them in order. While somebody reads, `keep` lets no
 * row move: aircraft that leave keep their row, and those that come are added below.
 */
export class Rows {
  /** Addresses as numbers of the wire, and their slots, by row. */
  readonly addresses: number[] = [];
  readonly slots: number[] = [];
  readonly #picture: Picture;

  constructor(picture: Picture) {
    this.#picture = picture;
  }

  get count(): number {
    return this.slots.length;
  }

  /** Takes these slots, in this order. */
  arrange(slots: readonly number[]): void {
    const { icao24 } = this.#picture.columns;
    this.addresses.length = slots.length;
    this.slots.length = slots.length;
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row] ?? GONE;
      this.slots[row] = slot;
      this.addresses[row] = icao24[slot] ?? 0;
    }
  }

  /** Takes these slots without moving a row. A row that is not among them stays, as long as the picture has its aircraft. */
  keep(slots: readonly number[]): void {
    const { icao24 } = this.#picture.columns;
    const newcomers = new Map(slots.map((slot) => [icao24[slot] ?? 0, slot]));
    for (let row = 0; row < this.addresses.length; row++) {
      const address = this.addresses[row] ?? 0;
      const slot = newcomers.get(address);
      newcomers.delete(address);
      if (slot !== undefined) this.slots[row] = slot;
      else if (!this.#isStill(this.slots[row] ?? GONE, address)) this.slots[row] = GONE;
    }
    for (const [address, slot] of newcomers) {
      this.addresses.push(address);
      this.slots.push(slot);
    }
  }

  /** The row of an address, or -1. */
  find(address: number | null): number {
    return address === null ? -1 : this.addresses.indexOf(address);
  }

  #isStill(slot: number, address: number): boolean {
    return this.#picture.used[slot] === 1 && this.#picture.columns.icao24[slot] === address;
  }
}
