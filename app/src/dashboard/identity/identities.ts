import { encodeIcao24 } from '../../wire/units.ts';
import { shownName } from '../shown.ts';
import type { IdentitiesAnswer } from '../protocol.ts';

/** Who an aircraft is, as far as somebody says. */
export interface Identity {
  readonly registration: string | null;
  /** ICAO aircraft type designator (Doc 8643), as `A320`. */
  readonly type_code: string | null;
  readonly operator: string | null;
}

/** What a feed tells of an aircraft with a position. */
export interface Told {
  /** As {@link encodeIcao24} takes it. */
  readonly icao24: string;
  readonly registration: string | null;
  readonly type_code: string | null;
}

/** A row of `reference/aircraft`. */
export interface Registered extends Identity {
  readonly icao24: string;
}

interface Known {
  readonly icao24: string;
  readonly told: Omit<Identity, 'operator'>;
  /** Of the register; null: it does not have this aircraft, or was not asked. */
  readonly registered: Identity | null;
  /** When the page was last to be told something else. */
  readonly version: number;
}

/** So many more than are in the picture are kept: an aircraft that comes back is known. */
const KEPT_BESIDE = 20_000;
const NOBODY: Identity = { registration: null, type_code: null, operator: null };

/**
 * Who the aircraft of the picture are: what feeds tell, and what the register has beside it. It counts versions, so that pages ask
 * for what is new to them alone. Bounded by the picture and {@link KEPT_BESIDE}.
 */
export class Identities {
  readonly #known = new Map<number, Known>();
  /** Tells this run of the server from others, whose versions mean something else. */
  readonly #run: string;
  #version = 0;

  constructor(run: string) {
    this.#run = run;
  }

  /** Where pages are that know everything; null while nothing is known. */
  get token(): string | null {
    return this.#version === 0 ? null : `${this.#run}.${this.#version}`;
  }

  /** Takes what feeds told. A feed that says nothing does not take away what another one said. */
  tell(all: Iterable<Told>): void {
    this.#change((change) => {
      for (const one of all) {
        if (one.registration === null && one.type_code === null) continue;
        // Nearly always: each message of an aircraft says the same.
        if (this.#isKnown(one)) continue;
        change(one.icao24, (known) => ({
          told: {
            registration: nameOf(one.registration) ?? known.told.registration,
            type_code: nameOf(one.type_code) ?? known.told.type_code,
          },
        }));
      }
    });
  }

  /** Takes rows of the register. */
  register(rows: Iterable<Registered>): void {
    this.#change((change) => {
      for (const { icao24, registration, type_code, operator } of rows) {
        const registered = {
          registration: nameOf(registration),
          type_code: nameOf(type_code),
          operator: nameOf(operator),
        };
        change(icao24, () => ({ registered }));
      }
    });
  }

  /** Forgets what the register said: it is gone, or is another one now. */
  unregister(): void {
    const registered = [...this.#known.values()].filter((known) => known.registered !== null);
    this.#change((change) => {
      for (const { icao24 } of registered) change(icao24, () => ({ registered: null }));
    });
  }

  /** Forgets aircraft that are not in the picture, where there are many of them. */
  prune(isPresent: (icao24: number) => boolean, present: number): void {
    if (this.#known.size <= present + KEPT_BESIDE) return;
    for (const icao24 of this.#known.keys()) if (!isPresent(icao24)) this.#known.delete(icao24);
  }

  /** Who the aircraft are of which something is new since `token`; everybody, where that is not one of this run. */
  answer(token: string | null): IdentitiesAnswer {
    const since = this.#versionOf(token);
    const all = [...this.#known.values()].filter(({ version }) => version > since);
    const identities = all.map(identityOf);
    const operators = [...new Set(identities.flatMap(({ operator }) => operator ?? []))];
    const numbers = new Map(operators.map((operator, i) => [operator, i]));
    return {
      token: this.token,
      since: since === 0 ? null : token,
      icao24: all.map(({ icao24 }) => icao24),
      registration: identities.map(({ registration }) => registration),
      type_code: identities.map(({ type_code }) => type_code),
      operator: identities.map(({ operator }) =>
        operator === null ? null : (numbers.get(operator) ?? null),
      ),
      operators,
    };
  }

  #isKnown({ icao24, registration, type_code }: Told): boolean {
    const told = this.#known.get(encodeIcao24(icao24) ?? -1)?.told;
    return (
      told !== undefined &&
      (registration === null || registration === told.registration) &&
      (type_code === null || type_code === told.type_code)
    );
  }

  #versionOf(token: string | null): number {
    const [run, version] = token?.split('.') ?? [];
    return run === this.#run && /^\d{1,15}$/.test(version ?? '')
      ? Math.min(Number(version), this.#version)
      : 0;
  }

  /** All changes of one call are one version, and a change of nothing is none. */
  #change(work: (change: (icao24: string, part: (known: Known) => Partial<Known>) => void) => void): void {
    const version = this.#version + 1;
    work((icao24, part) => {
      const address = encodeIcao24(icao24);
      if (address === null) return;
      const known = this.#known.get(address) ?? { icao24, told: NOBODY, registered: null, version: 0 };
      const next = { ...known, ...part(known) };
      const isNews = !isSame(identityOf(known), identityOf(next));
      if (isNews) this.#version = version;
      this.#known.set(address, isNews ? { ...next, version } : next);
    });
  }
}

/** What a feed tells now counts more than what a register once had. */
function identityOf({ told, registered }: Known): Identity {
  return {
    registration: told.registration ?? registered?.registration ?? null,
    type_code: told.type_code ?? registered?.type_code ?? null,
    operator: registered?.operator ?? null,
  };
}

function isSame(a: Identity, b: Identity): boolean {
  return a.registration === b.registration && a.type_code === b.type_code && a.operator === b.operator;
}

function nameOf(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : shownName(trimmed);
}
