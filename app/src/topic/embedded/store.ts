/**
 * The file behind an embedded topic: one SQLite database in WAL mode, `<directory>/<name>.db`.
 *
 *     topic      one row: name, number of partitions, when created, whether its positions are simulated, and its id
 *     partition  one row per partition: the next offset, and the stored bytes of its batches
 *     batch      one row per stored batch (see batch.ts); `id` rises in the order of appending
 *     word       one row per source: what it last said of itself (JSON)
 */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ContrailError } from '../../errors.ts';
import { parseSourceWord, type SourceWord } from '../../flight/source-word.ts';
import { REPAIR } from '../next-steps.ts';

/** `PRAGMA application_id`: the letters `ctrl`, so that another program's database is not taken for a topic. */
const APPLICATION_ID = 0x6374726c;
/** `PRAGMA user_version`: the layout of the tables below. */
const LAYOUT = 1;

/** Kafka's rule for topic names, so that a name valid here is valid there. Source: `org.apache.kafka.common.internals.Topic`. */
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;

/** Files of before there were words are given the table by the next writer; their layout is the same otherwise. */
const WORDS = 'create table if not exists word (source text primary key, word text not null) strict';

const SCHEMA = `
  create table topic (
    one integer primary key check (one = 1),
    name text not null,
    partitions integer not null,
    created_at_ms integer not null,
    simulated integer,
    id text
  ) strict;
  create table partition (
    partition integer primary key,
    next_offset integer not null default 0,
    bytes integer not null default 0
  ) strict;
  create table batch (
    id integer primary key autoincrement,
    partition integer not null,
    first_offset integer not null,
    count integer not null,
    timestamp_ms integer not null,
    bytes integer not null,
    text_bytes integer not null,
    encoding text not null,
    timestamps blob,
    payload blob not null
  ) strict;
  create unique index batch_by_offset on batch (partition, first_offset);
  ${WORDS};
  pragma application_id = ${APPLICATION_ID};
  pragma user_version = ${LAYOUT};
`;

/** The properties that the topic file holds. */
export interface TopicProperties {
  /** Unique to this topic. In files from before there were ids it is the time of their creation. */
  readonly id: string;
  readonly partitions: number;
  readonly created_at_ms: number;
  /** `null` until declared. */
  readonly simulated: boolean | null;
}

/**
 * The path of a topic's file.
 * @throws ContrailError `invalid` when the name is not one that Kafka would take.
 */
export function topicFile(directory: string, name: string): string {
  if (!NAME.test(name)) {
    throw new ContrailError(
      'topic-name-invalid',
      `The topic name ${JSON.stringify(name)} is not usable: 1 to 249 letters, digits, dots, underscores or dashes.`,
    );
  }
  return join(resolve(directory), `${name}.db`);
}

/** True when a topic of this name has been created in the folder (a file still being created does not count). */
export function topicExists(directory: string, name: string): boolean {
  const file = topicFile(directory, name);
  if (!existsSync(file)) return false;
  if (statSync(file).size === 0 && !existsSync(`${file}-wal`)) return false;
  const connection = new DatabaseSync(file, { readOnly: true, timeout: READ_WAIT_MS });
  try {
    return pragma(connection, 'user_version') !== 0;
  } finally {
    connection.close();
  }
}

/** How long a reading statement waits for a lock: in WAL mode only while another process opens, recovers or closes the file. */
const READ_WAIT_MS = 2_000;
/** How long `begin immediate` blocks this thread before the caller waits without blocking and tries again. */
const WRITE_WAIT_MS = 10;

/** Opens a connection that only reads; the file exists. */
export function openReader(file: string): DatabaseSync {
  const connection = new DatabaseSync(file, { readOnly: true, timeout: READ_WAIT_MS });
  return closedOnError(connection, () => checkLayout(file, connection));
}

/**
 * Opens a connection that writes, and creates the folder, the file and the tables where they are missing. Any number of
 * processes may do so at the same time; one creates, the others find it created. May throw SQLITE_BUSY then: try again.
 */
export function openWriter(
  file: string,
  topic: { readonly name: string; readonly partitions: number; readonly nowMs: number },
): DatabaseSync {
  createFolder(dirname(file));
  const connection = new DatabaseSync(file, { timeout: READ_WAIT_MS });
  return closedOnError(connection, () => {
    // Check before anything is changed: another program's database stays as it is.
    if (!isBlank(connection)) checkLayout(file, connection);
    // Page size and auto_vacuum only take effect while the file is empty, and before WAL mode writes its first page.
    // FULL: each commit is synced to disk before it returns, so an acknowledged append survives power loss.
    connection.exec(`
      pragma page_size = 16384;
      pragma auto_vacuum = incremental;
      pragma journal_mode = wal;
      pragma synchronous = full;
      pragma journal_size_limit = 67108864;
    `);
    connection.exec('begin immediate');
    if (isBlank(connection)) create(connection, topic);
    else connection.exec(WORDS);
    connection.exec('commit');
    checkLayout(file, connection);
    connection.exec(`pragma busy_timeout = ${WRITE_WAIT_MS}`);
  });
}

/** Prepares a connection, and closes it on an error, which also rolls back an open transaction. */
function closedOnError(connection: DatabaseSync, prepare: () => void): DatabaseSync {
  try {
    prepare();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function isBlank(connection: DatabaseSync): boolean {
  return pragma(connection, 'schema_version') === 0;
}

/** The properties of the topic, as of now. */
export function readProperties(connection: DatabaseSync): TopicProperties {
  const row = connection.prepare('select * from topic').get();
  if (row === undefined)
    throw new ContrailError(
      'topic-damaged',
      `The topic file ${connection.location() ?? 'in memory'} is damaged: its table "topic" is empty. Restore it from a copy, or move it away, which makes a new topic. ${REPAIR}`,
    );
  const { id, partitions, created_at_ms, simulated } = row as unknown as {
    readonly id?: string | null;
    readonly partitions: number;
    readonly created_at_ms: number;
    readonly simulated: number | null;
  };
  return {
    id: id ?? `created-${created_at_ms}`,
    partitions,
    created_at_ms,
    simulated: simulated === null ? null : simulated === 1,
  };
}

/** What each source last said, by name; none in a file of before there were words. */
export function readWords(connection: DatabaseSync): readonly SourceWord[] {
  const has = connection.prepare("select 1 from sqlite_schema where type = 'table' and name = 'word'").get();
  if (has === undefined) return [];
  return connection
    .prepare('select word from word order by source')
    .all()
    .map(({ word }) => parseSourceWord(String(word)))
    .filter((word) => word !== null);
}

/** Reads a pragma that answers one whole number. */
export function pragma(connection: DatabaseSync, name: string): number {
  return Number(Object.values(connection.prepare(`pragma ${name}`).get() ?? {})[0] ?? 0);
}

function create(
  connection: DatabaseSync,
  topic: { readonly name: string; readonly partitions: number; readonly nowMs: number },
): void {
  connection.exec(SCHEMA);
  connection
    .prepare('insert into topic (one, name, partitions, created_at_ms, id) values (1, ?, ?, ?, ?)')
    .run(topic.name, topic.partitions, topic.nowMs, randomUUID());
  const insert = connection.prepare('insert into partition (partition) values (?)');
  for (let partition = 0; partition < topic.partitions; partition++) insert.run(partition);
}

/** @throws ContrailError `invalid` when the file is another program's, `unsupported` when its layout is newer. */
function checkLayout(file: string, connection: DatabaseSync): void {
  const layout = pragma(connection, 'user_version');
  if (pragma(connection, 'application_id') !== APPLICATION_ID) {
    throw new ContrailError(
      'topic-file-foreign',
      `${file} is a database of another program, not a topic. Choose another DATA_DIR or TOPIC_NAME.`,
    );
  }
  if (layout !== LAYOUT) {
    throw new ContrailError(
      'topic-layout-unknown',
      `${file} has layout ${layout}, but this version of Contrail reads layout ${LAYOUT}. Use the version that wrote it.`,
    );
  }
}

/**
 * Creates the folder so that it survives power loss: SQLite syncs the folder of its files, but not the folders above.
 */
function createFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  // Windows cannot sync a folder, and need not.
  if (first === undefined || process.platform === 'win32') return;
  for (let above = dirname(folder); above.length >= dirname(first).length; above = dirname(above)) {
    const descriptor = openSync(above, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (above === dirname(above)) break;
  }
}
