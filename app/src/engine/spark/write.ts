import { type DataFrame, quoteIdentifier, type RunOptions, type SparkSession } from '@contrail/spark-connect';
import { type ByteSource, type FileFacts, fileFacts } from '@contrail/delta-lake';
import { ContrailError } from '../../errors.ts';
import type { WriteTarget, WrittenFile } from '../engine.ts';
import type { BoundSelect } from './bind.ts';
import { type KeptFiles, columnsOf } from './kept.ts';
import { partitionValues } from './partition-values.ts';
import { sparkPath, type Storage } from './storage.ts';
import type { Tuning } from './tuning.ts';
import { sqlType } from './values.ts';

/** How a job writes; `folder` is a key of the store. */
export interface Job {
  readonly session: SparkSession;
  readonly storage: Storage;
  readonly folder: string;
  /** The tuning of the batch whose rows it works on. */
  readonly tuning: Tuning;
  /** Rows are few: one file is enough. */
  readonly isSmall: boolean;
  readonly run: RunOptions;
}

/** One task, one file. */
const ONE_FILE = '/*+ coalesce(1) */ ';
/** Name of the extra column by which Spark splits rows into folders when all columns stay in the files. */
const SPLIT = 'split_';

/**
 * The version of Hadoop's output committer for files of a table. With 1, the output of a task attempt enters the folder
 * only when the job is committed, so an abandoned attempt cannot change a file that was already reported. 2 saves a
 * copy on S3, and is good enough for the engine's own files.
 */
const COMMITTER = 'mapreduce.fileoutputcommitter.algorithm.version';
/**
 * Writes to a local disk without Hadoop's checksum files, which nothing reads. Hadoop caches one file system of each
 * kind, so it must make a new one for these settings. Its S3 client, which buffers on the disk, would not work with
 * them.
 */
const PLAIN_FILES = {
  'fs.file.impl': 'org.apache.hadoop.fs.RawLocalFileSystem',
  'fs.file.impl.disable.cache': 'true',
};
/**
 * Bytes of a column's dictionary in Parquet: a column with more than a few thousand values gains little from one, and
 * filling it costs a look-up per value. Smaller dictionaries make larger files (docs/performance.md has the figures),
 * so tables get larger ones than the engine's own files, which are read once or twice.
 */
const DICTIONARY = 'parquet.dictionary.page.size';
const TABLE_OPTIONS = { compression: 'zstd', [COMMITTER]: '1', [DICTIONARY]: '65536' };
const KEPT_OPTIONS = { compression: 'snappy', [COMMITTER]: '2', [DICTIONARY]: '8192' };
/** Where the committer puts the folders of its tasks. Source: Hadoop, FileOutputCommitter.getPendingTaskAttemptsPath. */
const ATTEMPTS = '_temporary/0/_temporary';

/** Writes the rows for a table, and answers its files once Spark has committed the job. */
export async function writeTable(
  bound: BoundSelect,
  job: Job,
  target: WriteTarget,
): Promise<readonly WrittenFile[]> {
  const { partitionBy = [], splitBy = [], columns } = target;
  const list = columns.map(
    ({ name, type }) => `cast(${quoteIdentifier(name)} as ${sqlType(type)}) as ${quoteIdentifier(name)}`,
  );
  const splits = splitBy.map((name, index) => {
    const type = columns.find((column) => column.name === name)?.type;
    // As text, a timestamp would be in the session's time zone, and with colons.
    const value =
      type === 'timestamp'
        ? `unix_micros(${quoteIdentifier(name)})`
        : `cast(${quoteIdentifier(name)} as string)`;
    return `${value} as ${SPLIT}${index}`;
  });
  const hint = job.isSmall || splits.length > 0 ? ONE_FILE : '';
  const frame = bound.query([...list, ...splits].join(', '), hint);
  const files = await write(frame, job, TABLE_OPTIONS, [
    ...partitionBy,
    ...splits.map((_, index) => `${SPLIT}${index}`),
  ]);
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  return files.map(({ key, bytes, facts }) => ({
    path: job.storage.addressOf(key),
    bytes,
    rows: facts.rows,
    partition: partitionValues(key.slice(job.folder.length + 1), partitionBy, types),
    statistics: facts.statistics as WrittenFile['statistics'],
  }));
}

/** One file of a kept relation, and what its footer says. */
export interface KeptFile {
  readonly address: string;
  readonly facts: FileFacts;
}

/** Writes the rows for the engine's own use. */
export async function writeKept(
  bound: BoundSelect,
  job: Job,
): Promise<{ readonly kept: KeptFiles; readonly files: readonly KeptFile[] }> {
  const frame = bound.query('*', job.isSmall ? ONE_FILE : '');
  const files = await write(frame, job, KEPT_OPTIONS, [], true);
  const [first] = files;
  if (first === undefined) throw lost(job);
  const filled = files.filter(({ facts }) => facts.rows > 0);
  const empty = files.filter(({ facts }) => facts.rows === 0);
  await Promise.all(empty.map(({ key }) => job.storage.store.delete(key)));
  return {
    kept: {
      kind: 'files',
      columns: columnsOf(first.facts.schema),
      addresses: filled.map(({ key }) => job.storage.addressOf(key)),
      rows: filled.reduce((sum, { facts }) => sum + facts.rows, 0),
    },
    files: filled.map(({ key, facts }) => ({ address: job.storage.addressOf(key), facts })),
  };
}

/** The kept relation of a SELECT without rows, which needs no file; null when there are rows. */
export async function keptAsEmpty(bound: BoundSelect, { run }: Job): Promise<KeptFiles | null> {
  const frame = bound.query();
  const [columns, rows] = await Promise.all([frame.schema(run.signal), frame.collect(run)]);
  if (rows.length > 0) return null;
  return {
    kind: 'files',
    columns: columns.map(({ name, type }) => ({ name, sqlType: type })),
    addresses: [],
    rows: 0,
  };
}

async function write(
  frame: DataFrame,
  job: Job,
  options: Readonly<Record<string, string>>,
  partitionBy: readonly string[],
  keepsEmpty = false,
): Promise<readonly { readonly key: string; readonly bytes: number; readonly facts: FileFacts }[]> {
  const { storage, folder } = job;
  const path = sparkPath(storage.addressOf(folder));
  await storage.makeFolder(`${folder}/${ATTEMPTS}`);
  // The folder is new; `append` saves Spark the check. An answer without an error means that the job is committed. Then
  // there is at least one file, possibly without rows; a split write without rows leaves no file.
  const all = storage.isLocal ? { ...options, ...PLAIN_FILES } : options;
  await frame.write({ format: 'parquet', path, partitionBy, options: all, mode: 'append' }, job.run);
  const data = (await storage.list(folder)).filter(({ key }) => !/\/[_.]/.test(key.slice(folder.length)));
  if (data.length === 0 && partitionBy.length === 0) throw lost(job);
  const [files] = await Promise.all([
    Promise.all(
      data.map(async ({ key, bytes }) => {
        const source: ByteSource = { bytes, read: (start, end) => storage.store.get(key, { start, end }) };
        return { key, bytes, facts: await fileFacts(source) };
      }),
    ),
    storage.sync(
      folder,
      data.map(({ key }) => key),
    ),
  ]);
  if (keepsEmpty) return files;
  // A job without rows leaves an empty file, which no table needs.
  const empty = files.filter(({ facts }) => facts.rows === 0);
  await Promise.all(empty.map(({ key }) => storage.store.delete(key)));
  return files.filter(({ facts }) => facts.rows > 0);
}

function lost({ storage, folder }: Job): ContrailError {
  return new ContrailError(
    'spark-folder-elsewhere',
    `Spark has written to ${storage.addressOf(folder)}, but Contrail does not see the files. All of Spark and Contrail ` +
      'need to see the same lake: put it on S3 (GARAGE_ENDPOINT), or run them on one machine.',
  );
}
