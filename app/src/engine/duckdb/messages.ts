import {
  BIGINT,
  BLOB,
  type DuckDBAppender,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import { setImmediate } from 'node:timers/promises';
import {
  decodeMessage,
  isPlainMessage,
  MESSAGE_FIELDS,
  type MessageFields,
  type MessageValue,
} from '../../flight/decode-message.ts';
import type { MessagesRelation, UnprocessableMessage } from '../engine.ts';

/** Rows of one DuckDB vector. */
const CHUNK_ROWS = 2048;

const JSON_TYPES: Readonly<Record<(typeof MESSAGE_FIELDS)[number][1], string>> = {
  string: 'VARCHAR',
  long: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  integer: 'INTEGER',
  integers: 'INTEGER[]',
};
const STRUCTURE = JSON.stringify(
  Object.fromEntries(MESSAGE_FIELDS.map(([name, type]) => [name, JSON_TYPES[type]])),
);

type Columns = readonly (readonly [string, DuckDBType])[];

const PLACE: Columns = [
  ['topic_partition', INTEGER],
  ['topic_offset', BIGINT],
  ['ingested_at_ms', BIGINT],
];
/** The last instant of a JavaScript Date, in the year 275760; DuckDB can hold it too. */
const MAX_INSTANT_MS = 8.64e15;
/** A message in the plain form is its own JSON and its own payload. */
const PLAIN: Columns = [['json', VARCHAR], ...PLACE];
const ODD: Columns = [
  ['json', VARCHAR],
  ['malformed', VARCHAR],
  ['unprocessable', VARCHAR],
  ['payload', VARCHAR],
  ['payload_bytes', BLOB],
  ...PLACE,
];

/**
 * Loads the messages of a topic's ranges into temporary tables that are named after `table`, and answers the SELECT
 * that reads them. JavaScript decides which messages are malformed, by the contract's exact rules. DuckDB extracts the
 * fields of the others when they are read, which is twice as fast as passing them over one by one. Works in slices, and
 * lets other work of the process run in between.
 *
 * DuckDB's parser is stricter than JavaScript's: it refuses an object with a repeated key and a lone surrogate. So a
 * message that is not in the plain form is rewritten from what JavaScript has read.
 */
export async function loadMessages(
  connection: DuckDBConnection,
  table: string,
  relation: MessagesRelation,
  signal: AbortSignal | undefined,
): Promise<LoadedMessages> {
  const [plain, odd] = tablesOf(table);
  const made = await loadTexts(connection, plain, odd, relation, signal);
  const place = 'make_timestamptz(ingested_at_ms * 1000) as ingested_at, topic_partition, topic_offset';
  const fields = `unnest(from_json(json, '${STRUCTURE}'))`;
  const plainSelect = `select ${fields}, ${place}, null::varchar as malformed, null::varchar as unprocessable, json as payload,
      null::blob as payload_bytes
    from ${plain}`;
  if (!made.includes(odd)) return { sql: plainSelect, made };
  return {
    sql: `${plainSelect}
    union all
    select ${fields}, ${place}, malformed, unprocessable, payload, payload_bytes from ${odd}`,
    made,
  };
}

/** Temporary tables with messages, and the SELECT that reads them. */
export interface LoadedMessages {
  readonly sql: string;
  readonly made: readonly string[];
}

const tablesOf = (table: string): readonly [plain: string, odd: string] => [`${table}_plain`, `${table}_odd`];

/** Drops the tables of {@link loadMessages}: those that it says it has made, or after a failure all that there may be. */
export async function dropMessages(
  connection: DuckDBConnection,
  table: string,
  made: readonly string[] = tablesOf(table),
): Promise<void> {
  for (const name of made) await connection.run(`drop table if exists ${name}`);
}

async function loadTexts(
  connection: DuckDBConnection,
  plainTable: string,
  oddTable: string,
  { topic, ranges, simulated, unprocessable = [] }: MessagesRelation,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const stopped = new Map(unprocessable.map((one) => [`${one.partition}/${one.offset}`, one]));
  await using plain = new Slice(connection, plainTable, PLAIN);
  await using odd = new Slice(connection, oddTable, ODD);
  // The SELECT reads it, whatever there is.
  await plain.open();
  for await (const chunk of topic.read(ranges, { signal })) {
    const { partition, offsets, timestamps_ms: timestamps } = chunk;
    for (let index = 0; index < chunk.values.length; index += 1) {
      const value = chunk.values[index] as MessageValue;
      const offset = 'first' in offsets ? offsets.first + BigInt(index) : (offsets[index] as bigint);
      const timestamp = typeof timestamps === 'number' ? timestamps : (timestamps[index] as number);
      const receivedAt = instantOf(timestamp);
      const why = stopped.size === 0 ? undefined : stopped.get(`${partition}/${offset}`);
      const isPlain = why === undefined && typeof value === 'string' && isPlainMessage(value);
      const slice = isPlain ? plain : odd;
      if (isPlain) plain.add(value, partition, offset, receivedAt);
      else odd.add(...oddCells(value, simulated, why), partition, offset, receivedAt);
      if (slice.rows === CHUNK_ROWS) {
        await slice.flush();
        await setImmediate();
        signal?.throwIfAborted();
      }
    }
  }
  await plain.finish();
  await odd.finish();
  return [plain, odd].filter(({ isOpen }) => isOpen).map(({ table }) => table);
}

/**
 * Milliseconds that DuckDB can turn into an instant. A time beyond its range, or one that is not a number, becomes -1.
 */
const instantOf = (timestamp_ms: number): bigint =>
  Math.abs(timestamp_ms) <= MAX_INSTANT_MS ? BigInt(Math.trunc(timestamp_ms)) : -1n;

/** The first cells of a row of {@link ODD}. */
function oddCells(
  value: MessageValue,
  simulated: boolean,
  unprocessable: UnprocessableMessage | undefined,
): readonly DuckDBValue[] {
  const { fields, malformed } = decodeMessage(value);
  if (fields !== null && unprocessable === undefined) {
    const payload = (fields.feed === 'simulator') === simulated ? null : (value as string);
    return [rewritten(fields), null, null, payload, null];
  }
  if (unprocessable?.without_payload === true) return [null, malformed, unprocessable.detail, null, null];
  const [text, bytes] =
    typeof value === 'string'
      ? [value, null]
      : [Buffer.from(value).toString('utf8'), new DuckDBBlobValue(value)];
  return [null, malformed, unprocessable?.detail ?? null, text, bytes];
}

/**
 * Appends rows to a table, one DuckDB vector at a time, column by column. The first row makes the table: a small batch
 * that needs none should not pay for it.
 */
class Slice implements AsyncDisposable {
  readonly table: string;
  readonly #connection: DuckDBConnection;
  readonly #columns: Columns;
  readonly #types: readonly DuckDBType[];
  readonly #values: DuckDBValue[][];
  #appender: DuckDBAppender | null = null;
  rows = 0;
  #isFinished = false;

  constructor(connection: DuckDBConnection, table: string, columns: Columns) {
    this.#connection = connection;
    this.table = table;
    this.#columns = columns;
    this.#types = columns.map(([, type]) => type);
    this.#values = columns.map(() => []);
  }

  /** Whether the table was made. */
  get isOpen(): boolean {
    return this.#appender !== null;
  }

  /** Makes the table. */
  async open(): Promise<DuckDBAppender> {
    const ddl = this.#columns.map(([column, type]) => `${column} ${type.toString()}`).join(', ');
    await this.#connection.run(`create or replace temp table ${this.table} (${ddl})`);
    this.#appender = await this.#connection.createAppender(this.table, null, 'temp');
    return this.#appender;
  }

  add(...cells: readonly DuckDBValue[]): void {
    for (const [index, column] of this.#values.entries()) column.push(cells[index] as DuckDBValue);
    this.rows += 1;
  }

  async flush(): Promise<void> {
    if (this.rows === 0) return;
    const appender = this.#appender ?? (await this.open());
    const chunk = DuckDBDataChunk.create(this.#types, this.rows);
    for (const [index, values] of this.#values.entries()) {
      chunk.setColumnValues(index, values);
      values.length = 0;
    }
    this.rows = 0;
    appender.appendDataChunk(chunk);
  }

  /** Appends the remaining rows; from here all rows are in the table. */
  async finish(): Promise<void> {
    await this.flush();
    this.#isFinished = true;
    this.#appender?.closeSync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isFinished) return;
    try {
      this.#appender?.closeSync();
    } catch {
      // Closing appends pending rows and may fail again: the first failure is the one to report.
    }
  }
}

/** The known fields as JSON that any parser accepts: each key once, no lone surrogates, longs with all their digits. */
function rewritten(fields: MessageFields): string {
  const parts: string[] = [];
  for (const [name] of MESSAGE_FIELDS) {
    const value = fields[name];
    if (value === null || value === undefined) continue;
    const text =
      typeof value === 'bigint'
        ? String(value)
        : Object.is(value, -0)
          ? '-0.0'
          : JSON.stringify(typeof value === 'string' ? value.toWellFormed() : value);
    parts.push(`"${name}":${text}`);
  }
  return `{${parts.join(',')}}`;
}
