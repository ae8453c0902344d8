import { airlineCode, searchAirlines, type Airline, type AirlineNames } from './airline.ts';
import { Store } from './store.ts';

/** Which airlines there are. The names are fetched when somebody needs them; until then, and where that fails, there is none. */
export class Airlines extends Store<AirlineNames> {
  readonly #load: () => Promise<AirlineNames>;
  #loading: Promise<void> | null = null;

  constructor(load: () => Promise<AirlineNames>) {
    super({});
    this.#load = load;
  }

  /** Fetches the names, once. Best effort: without them the callsign shows the designator. The next call tries again. */
  want(): Promise<void> {
    this.#loading ??= this.#load().then(
      (names) => this.set(names),
      () => {
        this.#loading = null;
      },
    );
    return this.#loading;
  }

  /** The name for a designator; null where nobody knows it, or yet. */
  nameOf(code: string): string | null {
    return Object.hasOwn(this.value, code) ? (this.value[code] ?? null) : null;
  }

  /** The airline that a callsign is of. */
  of(callsign: string | null | undefined): string | null {
    const code = airlineCode(callsign);
    return code === null ? null : this.nameOf(code);
  }

  /** The airline that a person means; null: none is called so. */
  async find(typed: string): Promise<Airline | null> {
    await this.want();
    return searchAirlines(this.value, typed, 1)[0] ?? null;
  }
}
