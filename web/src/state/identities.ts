import type { IdentitiesAnswer } from 'contrail/dashboard/protocol';
import { encodeIcao24 } from 'contrail/wire/units';
import { getJson } from '../api/request.ts';
import { Store } from './store.ts';
import type { Picture } from '../live/picture.ts';

/** Who an aircraft is, as far as feeds or a register say. */
export interface Identity {
  readonly registration: string | null;
  /** ICAO aircraft type designator (Doc 8643), as `A320`. */
  readonly type_code: string | null;
  readonly operator: string | null;
}

/** So many more than are in the picture are kept. */
const KEPT_BESIDE = 20_000;
/** Between two questions, ms: many aircraft that come one after the other are asked for at once. */
export const ASK_EACH_MS = 2000;

/** What the store works with. */
export interface IdentityPorts {
  readonly picture: Picture;
  readonly fetch: typeof globalThis.fetch;
  /** Runs something later; answers a function that cancels it. */
  readonly later: (run: () => void, delay_ms: number) => () => void;
}

/**
 * Who the aircraft of the picture are. It is asked for beside the ticks: the server's state says where it stands, and the page asks
 * for what is new since its last answer. The value counts the answers, so that those who show something look again.
 */
export class Identities extends Store<number> {
  readonly #known = new Map<number, Identity>();
  readonly #ports: IdentityPorts;
  #token: string | null = null;
  #wanted: string | null = null;
  #isAsking = false;

  constructor(ports: IdentityPorts) {
    super(0);
    this.#ports = ports;
  }

  /** Who has an address as the columns of a picture have it; null: nobody says anything. */
  at(address: number | undefined): Identity | null {
    return this.#known.get(address ?? -1) ?? null;
  }

  /** Who has an address, as `3c6444`. */
  of(icao24: string): Identity | null {
    return this.at(encodeIcao24(icao24.toLowerCase()) ?? -1);
  }

  /** Hears where the server stands. A question that failed is asked again when it is heard next. */
  hear(token: string | null | undefined): void {
    this.#wanted = token ?? null;
    if (!this.#isAsking) void this.#ask();
  }

  /** Takes an answer of the server. */
  take(answer: IdentitiesAnswer): void {
    if (answer.since === null) this.#known.clear();
    for (const [i, icao24] of answer.icao24.entries()) {
      const address = encodeIcao24(icao24);
      const operator = answer.operator[i] ?? null;
      if (address === null) continue;
      this.#known.set(address, {
        registration: answer.registration[i] ?? null,
        type_code: answer.type_code[i] ?? null,
        operator: operator === null ? null : (answer.operators[operator] ?? null),
      });
    }
    this.#token = answer.token;
    this.#prune();
    this.set(this.value + 1);
  }

  async #ask(): Promise<void> {
    if (this.#wanted === null || this.#wanted === this.#token) return;
    this.#isAsking = true;
    const since = this.#token === null ? '' : `?since=${encodeURIComponent(this.#token)}`;
    try {
      this.take(await getJson(this.#ports.fetch, `api/identities${since}`, AbortSignal.timeout(30_000)));
    } catch {
      // Best effort: without it the map shows callsigns and addresses. The next state of the server asks again.
    }
    this.#ports.later(() => {
      this.#isAsking = false;
    }, ASK_EACH_MS);
  }

  #prune(): void {
    const { used, slots, columns, count } = this.#ports.picture;
    if (this.#known.size <= count + KEPT_BESIDE) return;
    const present = new Set<number>();
    for (let slot = 0; slot < slots; slot++) if (used[slot] === 1) present.add(columns.icao24[slot] ?? -1);
    for (const address of this.#known.keys()) if (!present.has(address)) this.#known.delete(address);
  }
}
