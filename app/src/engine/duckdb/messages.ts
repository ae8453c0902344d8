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
): Promise<string> {
  const [plain, odd] = [`${table}_plain`, `${table}_odd`];
  for (const [name, columns] of [
    [plain, PLAIN],
    [odd, ODD],
  ] as const) {
    const ddl = columns.map(([column, type]) => `${column} ${type.toString()}`).join(', ');
    await connection.run(`create or replace temp table ${name} (${ddl})`);
  }
  await loadTexts(connection, plain, odd, relation, signal);
  const place = 'make_timestamptz(ingested_at_ms * 1000) as ingested_at, topic_partition, topic_offset';
  const fields = `unnest(from_json(json, '${STRUCTURE}'))`;
  return `select ${fields}, ${place}, null::varchar as malformed, null::varchar as unprocessable, json as payload,
      null::blob as payload_bytes
    from ${plain}
    union all
    select ${fields}, ${place}, malformed, unprocessable, payload, payload_bytes from ${odd}`;
}

/** Drops the tables of {@link loadMessages}. */
export async function dropMessages(connection: DuckDBConnection, table: string): Promise<void> {
  for (const made of [`${table}_plain`, `${table}_odd`]) await connection.run(`drop table if exists ${made}`);
}

async function loadTexts(
  connection: DuckDBConnection,
  plainTable: string,
  oddTable: string,
  { topic, ranges, simulated, unprocessable = [] }: MessagesRelation,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stopped = new Map(unprocessable.map((one) => [`${one.partition}/${one.offset}`, one]));
  await using plain = await Slice.into(connection, plainTable, PLAIN);
  await using odd = await Slice.into(connection, oddTable, ODD);
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
        slice.flush();
        await setImmediate();
        signal?.throwIfAborted();
      }
    }
  }
  plain.finish();
  odd.finish();
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

/** Appends rows to a table, one DuckDB vector at a time, column by column. */
class Slice implements AsyncDisposable {
  readonly #appender: DuckDBAppender;
  readonly #types: readonly DuckDBType[];
  readonly #columns: DuckDBValue[][];
  rows = 0;
  #isFinished = false;

  private constructor(appender: DuckDBAppender, columns: Columns) {
    this.#appender = appender;
    this.#types = columns.map(([, type]) => type);
    this.#columns = columns.map(() => []);
  }

  static async into(connection: DuckDBConnection, table: string, columns: Columns): Promise<Slice> {
    return new Slice(await connection.createAppender(table, null, 'temp'), columns);
  }

  add(...cells: readonly DuckDBValue[]): void {
    for (const [index, column] of this.#columns.entries()) column.push(cells[index] as DuckDBValue);
    this.rows += 1;
  }

  flush(): void {
    if (this.rows === 0) return;
    const chunk = DuckDBDataChunk.create(this.#types, this.rows);
    for (const [index, values] of this.#columns.entries()) {
      chunk.setColumnValues(index, values);
      values.length = 0;
    }
    this.rows = 0;
    this.#appender.appendDataChunk(chunk);
  }

  /** Appends the remaining rows; from here all rows are in the table. */
  finish(): void {
    this.flush();
    this.#isFinished = true;
    this.#appender.closeSync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isFinished) return;
    try {
      this.#appender.closeSync();
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
