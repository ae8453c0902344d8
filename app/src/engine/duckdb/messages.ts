import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
  VARCHAR,
} from '@duckdb/node-api';
import { setImmediate } from 'node:timers/promises';
import { decodeMessage, MESSAGE_FIELDS, type MessageFields } from '../../flight/decode-message.ts';
import type { MessageReader, TopicRange } from '../engine.ts';

/** Rows of one DuckDB vector. */
const CHUNK_ROWS = 2048;

const FIELD_TYPES: Readonly<Record<(typeof MESSAGE_FIELDS)[number][1], DuckDBType>> = {
  string: VARCHAR,
  long: BIGINT,
  double: DOUBLE,
  boolean: BOOLEAN,
  integer: INTEGER,
  integers: LIST(INTEGER),
};

const TAIL: readonly (readonly [string, DuckDBType])[] = [
  ['ingested_at_ms', BIGINT],
  ['topic_partition', INTEGER],
  ['topic_offset', BIGINT],
  ['malformed', VARCHAR],
  ['payload', VARCHAR],
];
const TYPES: readonly DuckDBType[] = [
  ...MESSAGE_FIELDS.map(([, type]) => FIELD_TYPES[type]),
  ...TAIL.map(([, type]) => type),
];
const DDL = [...MESSAGE_FIELDS.map(([name, type]) => [name, FIELD_TYPES[type]] as const), ...TAIL]
  .map(([name, type]) => `${name} ${type.toString()}`)
  .join(', ');

/**
 * Decodes the messages of a topic's ranges into the temporary table `table`. Decoding is JavaScript, so that the rules
 * for malformed messages are exact; it works in slices and lets other work of the process run between them.
 */
export async function loadMessages(
  connection: DuckDBConnection,
  table: string,
  topic: MessageReader,
  ranges: readonly TopicRange[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await connection.run(`create or replace temp table ${table}_decoded (${DDL})`);
  const appender = await connection.createAppender(`${table}_decoded`, null, 'temp');
  const slice = new Slice();
  try {
    for await (const chunk of topic.read(ranges, signal === undefined ? {} : { signal })) {
      const { offsets, timestamps_ms: timestamps } = chunk;
      for (let index = 0; index < chunk.values.length; index += 1) {
        const offset = 'first' in offsets ? offsets.first + BigInt(index) : (offsets[index] as bigint);
        const timestamp = typeof timestamps === 'number' ? timestamps : (timestamps[index] as number);
        slice.add(chunk.values[index] as string, chunk.partition, offset, timestamp);
        if (slice.rows === CHUNK_ROWS) {
          appender.appendDataChunk(slice.take());
          await setImmediate();
          signal?.throwIfAborted();
        }
      }
    }
    if (slice.rows > 0) appender.appendDataChunk(slice.take());
  } finally {
    appender.closeSync();
  }
  await connection.run(
    `create or replace temp view ${table} as select * exclude (ingested_at_ms), make_timestamptz(ingested_at_ms * 1000) as ingested_at from ${table}_decoded`,
  );
}

/** Drops what {@link loadMessages} made. */
export async function dropMessages(connection: DuckDBConnection, table: string): Promise<void> {
  await connection.run(`drop view if exists ${table}`);
  await connection.run(`drop table if exists ${table}_decoded`);
}

/** One vector's worth of decoded messages; they are written straight into the columns of a chunk. */
class Slice {
  rows = 0;
  readonly #messages: (readonly [MessageFields | null, string | null, string, number, bigint, bigint])[] = [];

  add(value: string, partition: number, offset: bigint, timestampMs: number): void {
    const { fields, malformed } = decodeMessage(value);
    this.#messages.push([fields, malformed, value, partition, offset, BigInt(Math.trunc(timestampMs))]);
    this.rows += 1;
  }

  take(): DuckDBDataChunk {
    const messages = this.#messages;
    const chunk = DuckDBDataChunk.create(TYPES, messages.length);
    MESSAGE_FIELDS.forEach(([name, type], column) => {
      const vector = chunk.getColumnVector(column);
      for (let row = 0; row < messages.length; row += 1) {
        const value = messages[row]?.[0]?.[name] ?? null;
        vector.setItem(row, value === null ? null : cell(value, type));
      }
      vector.flush();
    });
    const tail = MESSAGE_FIELDS.length;
    chunk.setColumnValues(
      tail,
      messages.map((message) => message[5]),
    );
    chunk.setColumnValues(
      tail + 1,
      messages.map((message) => message[3]),
    );
    chunk.setColumnValues(
      tail + 2,
      messages.map((message) => message[4]),
    );
    chunk.setColumnValues(
      tail + 3,
      messages.map((message) => message[1]),
    );
    chunk.setColumnValues(
      tail + 4,
      messages.map((message) => (message[1] === null ? null : message[2])),
    );
    messages.length = 0;
    this.rows = 0;
    return chunk;
  }
}

function cell(value: NonNullable<MessageFields[keyof MessageFields]>, type: string): DuckDBValue {
  if (type === 'long') return BigInt(value as number | bigint);
  if (type === 'integers') return listValue(value as DuckDBValue[]);
  return value as DuckDBValue;
}
