import type { Engine } from '../../engine/engine.ts';
import { dataFiles } from '../../lake/lake.ts';
import { REFERENCE_AIRCRAFT } from '../../lake/reference-aircraft.ts';
import type { TableSnapshot } from '../watch/lake-tables.ts';
import type { TableEvent } from '../watch/lake-watch.ts';
import type { Identities } from './identities.ts';

/** So many aircraft are looked up at once; the others at the next look, so that no look takes long. */
export const MOST_AT_ONCE = 5000;

/** What the reader works with. */
export interface RegisterParts {
  readonly engine: Engine;
  /** `queries/registered.sql`. */
  readonly sql: string;
  readonly identities: Identities;
  /** The aircraft that are in the picture now, as `3c6444`. */
  readonly present: () => Iterable<string>;
  readonly signal: AbortSignal;
}

/**
 * Looks up in `reference/aircraft` who the aircraft of the picture are, each once for a version of the table: the register may have
 * half a million rows, the picture has some thousands. It takes the events of the table's watch, and looks at each.
 */
export class RegisterReader {
  readonly #parts: RegisterParts;
  #register: TableSnapshot | null = null;
  /** Those that were looked up in this version of the table and are still in the picture. */
  #looked = new Set<string>();

  constructor(parts: RegisterParts) {
    this.#parts = parts;
  }

  /** @throws whatever the engine throws; the aircraft are then looked up at the next event. */
  async take(event: TableEvent): Promise<void> {
    if (event.kind === 'gone' || event.kind === 'opened' || event.kind === 'commit') {
      // Rows may have been removed from it: what is in it no more is forgotten.
      if (event.kind !== 'commit' || event.removes.length > 0) this.#parts.identities.unregister();
      this.#register = event.kind === 'gone' ? null : event.snapshot;
      this.#looked = new Set();
    }
    if (event.kind === 'idle') await this.#look();
  }

  async #look(): Promise<void> {
    const { engine, sql, identities, present, signal } = this.#parts;
    if (this.#register === null) return;
    const here = [...present()];
    const looked = new Set(here.filter((icao24) => this.#looked.has(icao24)));
    const wanted = here.filter((icao24) => !looked.has(icao24)).slice(0, MOST_AT_ONCE);
    this.#looked = looked;
    if (wanted.length === 0) return;
    const rows = await engine.rows({
      sql,
      relations: {
        aircraft: dataFiles(REFERENCE_AIRCRAFT, this.#register),
        wanted: {
          kind: 'rows',
          columns: [{ name: 'icao24', type: 'string' }],
          rows: wanted.map((icao24) => ({ icao24 })),
        },
      },
      signal,
    });
    for (const icao24 of wanted) looked.add(icao24);
    identities.register(
      rows.map((row) => ({
        icao24: text(row['icao24']) ?? '',
        registration: text(row['registration']),
        type_code: text(row['type_code']),
        operator: text(row['operator']),
      })),
    );
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
