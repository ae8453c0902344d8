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
  /** Of the batch whose rows it works on. */
  readonly tuning: Tuning;
  /** Rows are few: one file is enough. */
  readonly isSmall: boolean;
  readonly run: RunOptions;
}

/** One task, one file. */
const ONE_FILE = '/*+ coalesce(1) */ ';
/** Name of the column that Spark names folders by where rows are split and no column leaves the files. */
const SPLIT = 'split_';

/**
 * The version of Hadoop's output committer for files of a table. With 1, nothing that an attempt of a task wrote gets
 * into the folder before the job is committed, so no attempt that was given up can come late and change a file that is
 * reported already. 2 saves a copy on S3, and is good enough for what the engine keeps for itself.
 */
const COMMITTER = 'mapreduce.fileoutputcommitter.algorithm.version';
/**
 * A local disk is written to without Hadoop's checksum files, which nobody reads. Hadoop keeps one file system of a kind,
 * so it is told to make one for these settings. Its S3 client, which buffers on the disk, could not work with them.
 */
const PLAIN_FILES = {
  'fs.file.impl': 'org.apache.hadoop.fs.RawLocalFileSystem',
  'fs.file.impl.disable.cache': 'true',
};
/**
 * Bytes of a column's dictionary in Parquet: a column with more than a few thousand values gains little from one, and to
 * fill it costs a look-up a value. Smaller ones make larger files (docs/performance.md has the figures): tables, which
 * stay, have more of it than what the engine keeps for itself, which is read once or twice.
 */
const DICTIONARY = 'parquet.dictionary.page.size';
const TABLE_OPTIONS = { compression: 'zstd', [COMMITTER]: '1', [DICTIONARY]: '65536' };
const KEPT_OPTIONS = { compression: 'snappy', [COMMITTER]: '2', [DICTIONARY]: '8192' };
/** Where the committer puts the folders of its tasks. Source: Hadoop, FileOutputCommitter.getPendingTaskAttemptsPath. */
const ATTEMPTS = '_temporary/0/_temporary';

/** Writes the rows for a table, and answers what is there when Spark has committed the job. */
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
    // A timestamp as text would come in the words of the session's time zone, and with colons.
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

/** An answer without rows needs no file to be kept, its columns will do; null when there are rows. */
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
  // The folder is fresh; `append` spares the questions whether it is. An answer without an error means that the job is
  // committed. Then there is a file, if only one that says that there are no rows; rows that are split leave none.
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
  // A job without rows leaves a file that says so, which no table wants.
  const empty = files.filter(({ facts }) => facts.rows === 0);
  await Promise.all(empty.map(({ key }) => storage.store.delete(key)));
  return files.filter(({ facts }) => facts.rows > 0);
}

function lost({ storage, folder }: Job): ContrailError {
  return new ContrailError(
    'spark-folder-elsewhere',
    `Spark has written to ${storage.addressOf(folder)}, and nothing of it is seen from here. All of Spark and Contrail ` +
      'need to see the same lake: put it on S3 (GARAGE_ENDPOINT), or run them on one machine.',
  );
}
