import type { Address } from './address.ts';
import { Store } from './store.ts';

/** Degrees. */
interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

/** The place round which there are distance rings, or none: it stands in the address as `rings=latitude,longitude`. */
export class RingsStore extends Store<Place | null> {
  readonly #address: Address;

  constructor(address: Address) {
    super(parse(address.get('rings')));
    this.#address = address;
    address.onChange(() => {
      const next = parse(address.get('rings'));
      if (format(next) !== format(this.value)) this.set(next);
    });
  }

  /** Puts rings round a place, or takes them away. */
  choose(place: Place | null): void {
    this.#address.set({ rings: format(place) }, null);
  }
}

function parse(text: string | null): Place | null {
  const [latitude, longitude, more] = (text ?? '')
    .split(',')
    .map((part) => (/^\s*-?\d+(\.\d+)?\s*$/.test(part) ? Number(part) : Number.NaN));
  if (latitude === undefined || longitude === undefined || more !== undefined) return null;
  return Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}

/** To ten metres. */
function format(place: Place | null): string | null {
  return place === null ? null : `${place.latitude.toFixed(4)},${place.longitude.toFixed(4)}`;
}
