import { MESSAGE_FIELDS, type MessageValue } from '../flight/decode-message.ts';
import type { Column, ColumnType, Row, Value } from '../lake/column.ts';

export type { Row } from '../lake/column.ts';

/**
 * The engine port, the hinge of the house: an engine runs one SELECT over named relations and either answers
 * rows, writes Parquet files into a fresh folder, or keeps the result as a relation for later SELECTs.
 *
 * It knows nothing of Delta tables, batches or commits: it is told exact files, exact offset ranges, and
 * reports exactly what it wrote. What it keeps is a cache: its caller can rebuild it from the lake,
 * so an engine may be thrown away at any moment. A failed or killed `write` leaves files that nobody refers to.
 *
 * Adapters: `duckdb/` (in this process) and `spark/` (Spark Connect, on a cluster). The SQL is the common
 * subset of both; what differs is a macro with one name in each engine's `macros.sql`.
 */
export interface Engine extends AsyncDisposable {
  readonly name: 'duckdb' | 'spark';

  /** Runs a SELECT and answers its rows, for small results (statistics, decisions, tests). */
  rows(select: Select): Promise<readonly Row[]>;

  /**
   * Runs a SELECT and writes its rows as Parquet files below `folder` (`file://` path or `s3://`), which must be
   * fresh. Columns are cast to `columns`; rows with different values of `partitionBy` go to different files, and
   * these columns are left out of the files. Empty files are not reported. The files are durable when it resolves.
   */
  write(select: Select, target: WriteTarget): Promise<readonly WrittenFile[]>;

  /** Runs a SELECT and keeps its rows under `name` (replacing a relation of that name) until `forget` or the end. */
  keep(name: string, select: Select): Promise<void>;

  /** Adds the rows of a SELECT to a kept relation of the same columns; makes it when there is none. */
  extend(name: string, select: Select): Promise<void>;

  /** Drops a kept relation; nothing happens when there is none. */
  forget(name: string): Promise<void>;
}

/** What a cell of any type is for a person. */
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

/** An engine that people ask in SQL of their own. */
export interface QueryEngine extends Engine {
  /**
   * Runs a SELECT of a person and answers its rows as they come, in a few megabytes, whatever their number. The first
   * batch is always there, so that the columns are known. Relations may be called `schema.table`.
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
   * The rows of another SELECT, computed wherever they are read: a name for a step that is not worth keeping. Its
   * relations are in sight of the outer SELECT too, so one name means one relation in both.
   */
  | { readonly kind: 'select'; readonly select: Omit<Select, 'signal'> };

/** Messages of a topic, and what is known of them beforehand. */
export interface MessagesRelation {
  readonly kind: 'messages';
  readonly topic: MessageReader;
  readonly ranges: readonly TopicRange[];
  /** Messages of the other kind come with their text too. */
  readonly simulated: boolean;
  /** Messages that no engine could take: none decodes them. */
  readonly unprocessable?: readonly UnprocessableMessage[];
}

/** A message that stopped an engine, and what the engine said. */
export interface UnprocessableMessage {
  readonly partition: number;
  readonly offset: bigint;
  readonly detail: string;
  /** Not even as a text that nobody decodes could an engine take it. */
  readonly without_payload?: boolean;
}

/** One Parquet file, and the values of the columns that its rows share and the file does not hold. */
export interface DataFile {
  /** Absolute path or `s3://` address. */
  readonly path: string;
  readonly constants?: Readonly<Record<string, Value>>;
}

/** The part of a topic that an engine in this process needs; a distributed engine reads by name from the broker. */
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
   * The one value of each column of `partitionBy` and `splitBy`, where the caller knows it: an engine need not look for
   * them. Rows with others are left out, if the engine uses it.
   */
  readonly only?: Readonly<Record<string, Value>>;
  /** Keeps the rows under this name too, as {@link Engine.keep} would, with the columns of the target. */
  readonly keepAs?: string;
}

/** One file that a `write` left, with what a table format wants to know about it. */
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
 * The columns of a `messages` relation. A message that is not a JSON object, or holds a known field of another
 * type than the contract says, has its reason in `malformed`; one that no engine could take has what the engine said in
 * `unprocessable`. Both have nulls in the fields; of other messages both columns are null.
 *
 * `payload` is the text of the message where there is a reason, or its feed is of the other kind than the relation says;
 * of other messages it may be null. What is not UTF-8 has its bytes in `payload_bytes` and U+FFFD in `payload`.
 * `ingested_at` is the record's timestamp, which may be anything.
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
