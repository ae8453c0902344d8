import {
  type DataFile,
  type Engine,
  MESSAGE_COLUMNS,
  type MessageReader,
  type Relation,
  type Row,
  type WrittenFile,
} from '../../engine/engine.ts';
import { countryOfAddress } from '../../flight/address-blocks.ts';
import { decodeMessage, MESSAGE_FIELDS, type MessageValue } from '../../flight/decode-message.ts';
import type { Column, Value } from '../../lake/column.ts';
import { QUERIES } from '../queries.ts';

/** Rows with their numbers in the file. */
export interface Lines {
  /** For each column of OpenSky's CSV, its place in a line, from 1. */
  readonly places: Readonly<Record<string, number>>;
  readonly rows: readonly { readonly topic_offset: number; readonly line: string }[];
}

/** Messages with their numbers in the file. */
export interface NumberedMessages {
  readonly offsets: readonly number[];
  readonly values: readonly MessageValue[];
}

/** Files with the rows of one archive, and how many rows there are. */
export interface StagedArchive {
  readonly partition: number;
  readonly files: readonly WrittenFile[];
  readonly rows: number;
}

/** The columns that all rows of an archive share. They are not in its staged files. */
const SHARED = ['topic_partition', 'ingested_at'];
const STAGED_COLUMNS = MESSAGE_COLUMNS.filter(({ name }) => !SHARED.includes(name));
/** What OpenSky's CSV never has. */
const NOT_OF_STATES = new Set([
  'sensors',
  'category',
  'registration',
  'type_code',
  'nic',
  'nac_p',
  'rssi',
  'source',
  'malformed',
  'unprocessable',
  'payload',
  'payload_bytes',
]);
const STATE_COLUMNS = STAGED_COLUMNS.filter(({ name }) => !NOT_OF_STATES.has(name));
const FIELD_NAMES: ReadonlySet<string> = new Set(MESSAGE_FIELDS.map(([name]) => name));
const FIELD_COLUMNS = STAGED_COLUMNS.filter(({ name }) => FIELD_NAMES.has(name));
const PARQUET_COLUMNS = STAGED_COLUMNS.filter(({ name }) => FIELD_NAMES.has(name) || name === 'topic_offset');
const LINE_COLUMNS: readonly Column[] = [
  { name: 'topic_offset', type: 'long' },
  { name: 'line', type: 'string' },
];
const COUNTRY_COLUMNS: readonly Column[] = [
  { name: 'prefix', type: 'string' },
  { name: 'country', type: 'string' },
];
/** Name of the kept relation of address prefixes. */
const COUNTRIES = 'countries';

/** Rows as they are, but that only messages which are not for Bronze keep their text. */
const MESSAGES_SQL = `select ${STAGED_COLUMNS.map(({ name }) =>
  name === 'payload'
    ? "case when malformed is not null or (coalesce(feed, '') = 'simulator') <> :simulated then payload end as payload"
    : name,
).join(', ')} from messages`;

/** Rows of Parquet get their numbers in the order of the file, from :first. */
const PARQUET_SQL = `select ${MESSAGE_FIELDS.map(([name]) => name).join(', ')},
  cast(row_number() over () - 1 + :first as bigint) as topic_offset from rows_of_file`;

/**
 * Stages the rows of one archive: Parquet files in the shape of {@link MESSAGE_COLUMNS}, from which a merge reads as often as
 * it needs. One write runs while the next rows are read. The engine is DuckDB in this process, whatever engine merges.
 */
export class Staging {
  readonly #engine: Engine;
  readonly #folder: string;
  readonly #partition: number;
  readonly #signal: AbortSignal | undefined;
  readonly #files: WrittenFile[] = [];
  #simulated: boolean | null;
  #writing: Promise<unknown> = Promise.resolve();

  /**
   * `folder` is new. `simulated`: the kind of the lake; null: the first row decides.
   * {@link keepCountries} must have been called once for the engine.
   */
  constructor(parts: {
    readonly engine: Engine;
    readonly folder: string;
    readonly partition: number;
    readonly simulated: boolean | null;
    readonly signal?: AbortSignal | undefined;
  }) {
    this.#engine = parts.engine;
    this.#folder = parts.folder;
    this.#partition = parts.partition;
    this.#simulated = parts.simulated;
    this.#signal = parts.signal;
  }

  /** Whether the rows so far say that the lake is simulated; null before the first. */
  get simulated(): boolean | null {
    return this.#simulated;
  }

  /** Lines of OpenSky's CSV in the plain form. */
  async states({ places, rows }: Lines): Promise<void> {
    this.#simulated ??= false;
    await this.#write(QUERIES.archiveStates, STATE_COLUMNS, places, {
      lines: { kind: 'rows', columns: LINE_COLUMNS, rows: rows as readonly Row[] },
      countries: { kind: 'kept', name: COUNTRIES },
    });
  }

  /** Messages, decoded as those of a topic. */
  async messages({ offsets, values }: NumberedMessages): Promise<void> {
    this.#simulated ??= kindOf(values);
    const simulated = this.#simulated ?? false;
    const topic: MessageReader = {
      name: 'archive',
      async *read() {
        yield { partition: 0, offsets: offsets.map(BigInt), timestamps_ms: 0, values };
      },
    };
    const relations = { messages: { kind: 'messages', topic, ranges: [], simulated } } as const;
    await this.#write(MESSAGES_SQL, STAGED_COLUMNS, { simulated }, relations);
  }

  /** Rows of a Parquet file, numbered from `first`. Answers how many there are. */
  async parquet(path: string, first: number): Promise<number> {
    const rows_of_file: Relation = { kind: 'files', columns: FIELD_COLUMNS, files: [{ path }] };
    const [kind] = await this.#engine.rows({
      sql: "select coalesce(feed, '') = 'simulator' as simulated from rows_of_file limit 1",
      relations: { rows_of_file },
      signal: this.#signal,
    });
    this.#simulated ??= (kind?.['simulated'] as boolean | undefined) ?? null;
    await this.#writing;
    const before = this.#rows;
    await this.#write(PARQUET_SQL, PARQUET_COLUMNS, { first }, { rows_of_file });
    await this.#writing;
    return this.#rows - before;
  }

  /** All rows of the archive; every file is durable. */
  async finish(): Promise<StagedArchive> {
    await this.#writing;
    return { partition: this.#partition, files: this.#files, rows: this.#rows };
  }

  get #rows(): number {
    return this.#files.reduce((sum, { rows }) => sum + rows, 0);
  }

  async #write(
    sql: string,
    columns: readonly Column[],
    parameters: Readonly<Record<string, Value>>,
    relations: Readonly<Record<string, Relation>>,
  ): Promise<void> {
    await this.#writing;
    this.#writing = this.#engine
      .write({ sql, relations, parameters, signal: this.#signal }, { folder: this.#folder, columns })
      .then((files) => this.#files.push(...files));
    // The next call throws it.
    this.#writing.catch(() => undefined);
  }
}

/** Keeps the countries of all addresses by their first four digits: no block has a border within them. */
export async function keepCountries(engine: Engine): Promise<void> {
  const rows: Row[] = [];
  for (let prefix = 0; prefix <= 0xffff; prefix += 1) {
    const text = prefix.toString(16).padStart(4, '0');
    const country = countryOfAddress(`${text}00`);
    if (country !== null) rows.push({ prefix: text, country });
  }
  await engine.keep(COUNTRIES, {
    sql: 'select prefix, country from blocks',
    relations: { blocks: { kind: 'rows', columns: COUNTRY_COLUMNS, rows } },
  });
}

/** Staged archives as a relation with {@link MESSAGE_COLUMNS}. `ingested_at` of a row is when its archive was registered. */
export function stagedRelation(
  archives: readonly (StagedArchive & { readonly registered_at_ms: number })[],
): Extract<Relation, { kind: 'files' }> {
  const files = archives.flatMap(({ partition, registered_at_ms, files: written }) =>
    written.map(({ path }): DataFile => ({
      path,
      constants: { topic_partition: partition, ingested_at: BigInt(registered_at_ms) * 1000n },
    })),
  );
  return { kind: 'files', columns: MESSAGE_COLUMNS, files };
}

function kindOf(values: readonly MessageValue[]): boolean | null {
  for (const value of values) {
    const { fields } = decodeMessage(value);
    if (fields !== null) return fields.feed === 'simulator';
  }
  return null;
}
