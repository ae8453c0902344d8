import type { Picture } from '../live/picture.ts';
import type { Address } from './address.ts';
import { Store } from './store.ts';

/** The chosen aircraft, and its slot in the picture; -1 while it is not there. */
export interface Selected {
  readonly icao24: string | null;
  readonly slot: number;
}

/** `show`: the map goes to it, and the keyboard to its card. `sight`: the map moves if it is not to be seen, and nothing else. */
export type Wanted = 'show' | 'sight' | null;

/**
 * Which aircraft is chosen: it stands in the address. Map, list, search and emergencies choose it here, and all hear of it. An
 * aircraft that leaves and comes back, perhaps in another slot, stays chosen.
 */
export class Selection extends Store<Selected> {
  /** What the map and the card have still to do for the last choice. */
  wanted: Wanted = null;
  readonly #address: Address;
  readonly #picture: Picture;

  constructor(address: Address, picture: Picture) {
    super(find(picture, address.get('icao24')));
    this.#address = address;
    this.#picture = picture;
    address.onChange(() => this.follow());
  }

  /** Chooses an aircraft, or none: a step that Back undoes. */
  choose(icao24: string | null, wanted: Wanted = null, step: 'selection' | 'browsing' = 'selection'): void {
    this.wanted = icao24 === null ? null : wanted;
    if (icao24 === this.value.icao24) this.set({ ...this.value });
    else this.#address.set({ icao24 }, step);
  }

  /** Looks for it again: picture or address has changed. */
  follow(): void {
    const next = find(this.#picture, this.#address.get('icao24'), this.value.slot);
    if (next.icao24 !== this.value.icao24 || next.slot !== this.value.slot) this.set(next);
  }
}

function find(picture: Picture, icao24: string | null, last = -1): Selected {
  if (icao24 === null) return { icao24, slot: -1 };
  const isThere = last >= 0 && picture.used[last] === 1 && picture.addressOf(last) === icao24.toLowerCase();
  return { icao24, slot: isThere ? last : picture.find(icao24) };
}
