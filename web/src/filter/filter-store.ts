import type { Picture } from '../live/picture.ts';
import type { Address } from '../state/address.ts';
import { Store } from '../state/store.ts';
import type { Known } from './fields.ts';
import { EVERYTHING, formatFilter, parseFilter, type Filter } from './filter.ts';
import { Visible } from './visible.ts';

/** How many aircraft the filter takes. */
export interface Taken {
  readonly matching: number;
  /** Emergencies that are shown although the filter does not take them. */
  readonly keptBeside: number;
}

/**
 * The filter of the whole page: it stands in the address, and {@link visible} holds what it shows of the picture, as of the last
 * {@link follow}.
 */
export class FilterStore extends Store<Filter> {
  readonly visible = new Visible();
  readonly #address: Address;
  readonly #picture: Picture;
  readonly #identityOf: Known['identityOf'];

  constructor(address: Address, picture: Picture, identityOf: Known['identityOf'] = () => null) {
    super(read(address));
    this.#address = address;
    this.#picture = picture;
    this.#identityOf = identityOf;
    address.onChange(() => this.#read());
    this.follow();
  }

  get taken(): Taken {
    const { matching, keptBeside } = this.visible;
    return { matching, keptBeside };
  }

  /** Asks for something else in these fields. Changes in a row are one step back. */
  change(part: Partial<Filter>): void {
    this.#address.set(formatFilter({ ...this.value, ...part }), 'filter');
  }

  /** Shows all aircraft. */
  clear(): void {
    this.change(EVERYTHING);
  }

  /** Looks at the picture again: it has changed, or what is known of its aircraft has. */
  follow(): void {
    this.visible.update(this.#picture, this.value, this.#identityOf);
  }

  #read(): void {
    const next = read(this.#address);
    if (JSON.stringify(next) === JSON.stringify(this.value)) return;
    // First the mask: those who hear of the change read it.
    this.visible.update(this.#picture, next, this.#identityOf);
    this.set(next);
  }
}

function read(address: Address): Filter {
  return parseFilter((name) => address.get(name));
}
