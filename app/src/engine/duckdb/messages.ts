import {
  BIGINT,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import { setImmediate } from 'node:timers/promises';
import {
  decodeMessage,
  isPlainMessage,
  MESSAGE_FIELDS,
  type MessageFields,
} from '../../flight/decode-message.ts';
import type { MessageReader, TopicRange } from '../engine.ts';

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

const COLUMNS: readonly (readonly [string, DuckDBType])[] = [
  ['text', VARCHAR],
  ['malformed', VARCHAR],
  ['topic_partition', INTEGER],
  ['topic_offset', BIGINT],
  ['ingested_at_ms', BIGINT],
];
const TYPES = COLUMNS.map(([, type]) => type);
const DDL = COLUMNS.map(([name, type]) => `${name} ${type.toString()}`).join(', ');

/**
 * The messages of a topic's ranges as the temporary view `table`. What is malformed is decided in JavaScript, by the
 * contract's exact rules; the fields of what is well-formed are taken out by DuckDB when the view is read, which is
 * twice as fast as handing them over one by one. Works in slices and lets other work of the process run between.
 *
 * DuckDB's parser is narrower than ECMAScript's: it takes no object with a repeated key and no lone surrogate. A message
 * that is not in the plain form is therefore written anew from what JavaScript understood.
 */
export async function loadMessages(
  connection: DuckDBConnection,
  table: string,
  topic: MessageReader,
  ranges: readonly TopicRange[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const texts = textsOf(table);
  await connection.run(`create or replace temp table ${texts} (${DDL})`);
  await loadTexts(connection, texts, topic, ranges, signal);
  await connection.run(`create or replace temp view ${table} as
    select
      unnest(from_json(case when malformed is null then text end, '${STRUCTURE}')),
      make_timestamptz(ingested_at_ms * 1000) as ingested_at,
      topic_partition,
      topic_offset,
      malformed,
      case when malformed is not null then text end as payload
    from ${texts}`);
}

/** Drops what {@link loadMessages} made. */
export async function dropMessages(connection: DuckDBConnection, table: string): Promise<void> {
  await connection.run(`drop view if exists ${table}`);
  await connection.run(`drop table if exists ${textsOf(table)}`);
}

const textsOf = (table: string): string => `${table}_text`;

async function loadTexts(
  connection: DuckDBConnection,
  table: string,
  topic: MessageReader,
  ranges: readonly TopicRange[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const appender = await connection.createAppender(table, null, 'temp');
  const slice = new Slice();
  try {
    for await (const chunk of topic.read(ranges, signal === undefined ? {} : { signal })) {
      const { offsets, timestamps_ms: timestamps } = chunk;
      for (let index = 0; index < chunk.values.length; index += 1) {
        const text = chunk.values[index] as string;
        if (isPlainMessage(text)) slice.add(text, null);
        else {
          const { fields, malformed } = decodeMessage(text);
          slice.add(fields === null ? text : rewritten(fields), malformed);
        }
        slice.partitions.push(chunk.partition);
        slice.offsets.push('first' in offsets ? offsets.first + BigInt(index) : (offsets[index] as bigint));
        const timestamp = typeof timestamps === 'number' ? timestamps : (timestamps[index] as number);
        slice.timestamps.push(BigInt(Math.trunc(timestamp)));
        if (slice.texts.length === CHUNK_ROWS) {
          appender.appendDataChunk(slice.take());
          await setImmediate();
          signal?.throwIfAborted();
        }
      }
    }
    if (slice.texts.length > 0) appender.appendDataChunk(slice.take());
  } finally {
    appender.closeSync();
  }
}

/** One vector's worth of messages, column by column. */
class Slice {
  readonly texts: string[] = [];
  readonly malformed: (string | null)[] = [];
  readonly partitions: number[] = [];
  readonly offsets: bigint[] = [];
  readonly timestamps: bigint[] = [];

  add(text: string, malformed: string | null): void {
    this.texts.push(text);
    this.malformed.push(malformed);
  }

  take(): DuckDBDataChunk {
    const chunk = DuckDBDataChunk.create(TYPES, this.texts.length);
    [this.texts, this.malformed, this.partitions, this.offsets, this.timestamps].forEach((values, index) => {
      chunk.setColumnValues(index, values);
      values.length = 0;
    });
    return chunk;
  }
}

/** The known fields as JSON that any parser takes: each key once, no lone surrogates, longs with all their digits. */
function rewritten(fields: MessageFields): string {
  const parts: string[] = [];
  for (const [name] of MESSAGE_FIELDS) {
    const value = fields[name];
    if (value === null || value === undefined) continue;
    const text =
      typeof value === 'bigint'
        ? String(value)
        : JSON.stringify(typeof value === 'string' ? value.toWellFormed() : value);
    parts.push(`"${name}":${text}`);
  }
  return `{${parts.join(',')}}`;
}
