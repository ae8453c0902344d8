import { MESSAGE_FIELDS, type MessageValue } from '../flight/decode-message.ts';
import type { Column, ColumnType, Row, Value } from '../lake/column.ts';

export type { Row } from '../lake/column.ts';

/**
 * The engine port, the centre of the app: an engine runs one SELECT over named relations and answers its rows, writes
 * them as Parquet files into a new folder, or keeps them as a relation for later SELECTs.
 *
 * It knows nothing of Delta tables, batches or commits: it gets exact files and exact offset ranges, and reports
 * exactly what it wrote. What it keeps is a cache that its caller can rebuild from the lake, so an engine may be thrown
 * away at any moment. A failed or killed `write` leaves files that belong to no table.
 *
 * Adapters: `duckdb/` (in this process) and `spark/` (Spark Connect, on a cluster). The SQL is the common
 * subset of both; what differs is a macro with one name in each engine's `macros.sql`.
 */
export interface Engine extends AsyncDisposable {
  readonly name: 'duckdb' | 'spark';

  /** Runs a SELECT and answers its rows, for small results (statistics, decisions, tests). */
  rows(select: Select): Promise<readonly Row[]>;

  /**
   * Runs a SELECT and writes its rows as Parquet files below `folder` (`file://` path or `s3://`), which must be new.
   * Columns are cast to `columns`; rows with different values of `partitionBy` go to different files, and these columns
   * are left out of the files. Empty files are not reported. The files are durable when it resolves.
   */
  write(select: Select, target: WriteTarget): Promise<readonly WrittenFile[]>;

  /** Runs a SELECT and keeps its rows under `name` (replacing a relation of that name) until `forget` or the end. */
  keep(name: string, select: Select): Promise<void>;

  /** Adds the rows of a SELECT to a kept relation of the same columns; creates it if it does not exist. */
  extend(name: string, select: Select): Promise<void>;

  /** Drops a kept relation; does nothing if it does not exist. */
  forget(name: string): Promise<void>;
}

/** A cell of any type in a form for people. */
export type Shown =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Shown[]
  | { readonly [name: string]: Shown };

/** Some rows of an answer, cells in the order of the columns. */
export interface ShownBatch {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Shown[])[];
}

/** An engine that also runs SQL that users write. */
export interface QueryEngine extends Engine {
  /**
   * Runs a SELECT that a user wrote and yields its rows as they come. Memory is a few megabytes, whatever their number.
   * There is always a first batch, so that the columns are known. Relations may be called `schema.table`.
   * @throws ContrailError `invalid` / `query-refused` for what is not one SELECT
   */
  stream(select: Select): AsyncGenerator<ShownBatch>;
}

/** One SELECT: its text, the relations that it names, and values for its `:name` parameters. */
export interface Select {
  readonly sql: string;
  readonly relations: Readonly<Record<string, Relation>>;
  readonly parameters?: Readonly<Record<string, Value>>;
  readonly signal?: AbortSignal | undefined;
}

/** What a name in the FROM clause stands for. */
export type Relation =
  /** The rows of exactly these Parquet files. A column that a file lacks is null; no file at all is an empty relation. */
  | { readonly kind: 'files'; readonly columns: readonly Column[]; readonly files: readonly DataFile[] }
  /** The decoded messages of these offset ranges: the columns of {@link MESSAGE_COLUMNS}, one row per message. */
  | MessagesRelation
  /** Rows given by the caller, for small reference data and for tests. */
  | { readonly kind: 'rows'; readonly columns: readonly Column[]; readonly rows: readonly Row[] }
  /** A relation made by {@link Engine.keep}. */
  | { readonly kind: 'kept'; readonly name: string }
  /**
   * The rows of another SELECT, computed wherever they are read: a name for a step that is not worth keeping. The outer
   * SELECT sees its relations too, so a name must mean the same relation in both.
   */
  | { readonly kind: 'select'; readonly select: Omit<Select, 'signal'> };

/** Messages of a topic, with what is known of them in advance. */
export interface MessagesRelation {
  readonly kind: 'messages';
  readonly topic: MessageReader;
  readonly ranges: readonly TopicRange[];
  /** Whether the lake is simulated. Messages of the other kind keep their text. */
  readonly simulated: boolean;
  /** Messages that no engine can process. They are not decoded. */
  readonly unprocessable?: readonly UnprocessableMessage[];
}

/** A message that stopped an engine, and what the engine said. */
export interface UnprocessableMessage {
  readonly partition: number;
  readonly offset: bigint;
  readonly detail: string;
  /** Whether no engine can process it even as undecoded text. */
  readonly without_payload?: boolean;
}

/** One Parquet file, and the values of columns that all its rows share and that are not in the file. */
export interface DataFile {
  /** Absolute path or `s3://` address. */
  readonly path: string;
  readonly constants?: Readonly<Record<string, Value>>;
}

/**
 * The part of a topic that an engine in this process needs. A distributed engine reads the topic from the broker, by
 * name.
 */
export interface MessageReader {
  readonly name: string;
  read(
    ranges: readonly TopicRange[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<{
    readonly partition: number;
    readonly offsets: readonly bigint[] | { readonly first: bigint };
    readonly timestamps_ms: readonly number[] | number;
    readonly values: readonly MessageValue[];
  }>;
}

/** Half-open offset range of one partition. */
export interface TopicRange {
  readonly partition: number;
  readonly start: bigint;
  readonly end: bigint;
}

export interface WriteTarget {
  readonly folder: string;
  readonly columns: readonly Column[];
  readonly partitionBy?: readonly string[];
  /** Like `partitionBy`, but the columns stay in the files: one file holds one value of each. */
  readonly splitBy?: readonly string[];
  /**
   * The only value of each column of `partitionBy` and `splitBy`, if the caller knows it, so that an engine need not
   * look for the values. An engine that uses it leaves out rows with other values.
   */
  readonly only?: Readonly<Record<string, Value>>;
  /** Rows of a row group, which readers skip or read whole, where the engine can say; else its own number. */
  readonly rowGroupRows?: number;
  /** Keeps the rows under this name too, as {@link Engine.keep} would, with the columns of the target. */
  readonly keepAs?: string;
}

/** One file that a `write` has written, with the facts that a table format needs. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  readonly partition: Readonly<Record<string, Value>>;
  /**
   * Per column that is in the file: how many nulls, and bounds where the engine has them. Bounds hold for every
   * row (a string bound may be widened); they are absent for arrays, all-null columns and columns with NaN.
   */
  readonly statistics: Readonly<
    Record<string, { readonly nulls: number; readonly min?: Value; readonly max?: Value }>
  >;
}

const COLUMN_TYPES: Readonly<Record<(typeof MESSAGE_FIELDS)[number][1], ColumnType>> = {
  string: 'string',
  long: 'long',
  double: 'double',
  boolean: 'boolean',
  integer: 'integer',
  integers: 'array<integer>',
};

/**
 * The columns of a `messages` relation. A message that is not a JSON object, or holds a known field of another type
 * than the contract says, has the reason in `malformed`; one that no engine can process has the engine's message in
 * `unprocessable`. Both have nulls in the fields. For all other messages, both columns are null.
 *
 * `payload` is the text of a message that has a reason, or whose feed is of the other kind; for other messages it may
 * be null. A message that is not UTF-8 has its bytes in `payload_bytes`, and U+FFFD in `payload`. `ingested_at` is the
 * record's timestamp, which may be anything.
 */
export const MESSAGE_COLUMNS: readonly Column[] = [
  ...MESSAGE_FIELDS.map(([name, type]) => ({ name, type: COLUMN_TYPES[type] })),
  { name: 'ingested_at', type: 'timestamp' },
  { name: 'topic_partition', type: 'integer' },
  { name: 'topic_offset', type: 'long' },
  { name: 'malformed', type: 'string' },
  { name: 'unprocessable', type: 'string' },
  { name: 'payload', type: 'string' },
  { name: 'payload_bytes', type: 'binary' },
];
