import type { ObjectStore } from '@contrail/delta-lake';
import type { Row as SparkRow, RunOptions, SparkSession } from '@contrail/spark-connect';
import { randomUUID } from 'node:crypto';
import { ContrailError } from '../../errors.ts';
import type { MessagesRelation, Engine, Relation, Row, Select, WriteTarget, WrittenFile } from '../engine.ts';
import { bindSelect, type BoundSelect } from './bind.ts';
import { openSparkSession, type SparkConnection, sparkFailure } from './connection.ts';
import { KeptRelations, type KeptSelect } from './kept.ts';
import { keepMessages, type KafkaSource, type KeptMessages } from './messages.ts';
import { MACROS } from './macros.ts';
import { OpenFolders } from './open-folders.ts';
import { Storage } from './storage.ts';
import { isSmallBatch, tuningFor, type Tuning } from './tuning.ts';
import { type Job, keptAsEmpty, writeKept, writeTable } from './write.ts';

/** What a Spark engine works with. */
export interface SparkEngineOptions extends SparkConnection {
  /** The lake. Spark must see the same files under the same paths, or the same bucket. */
  readonly store: ObjectStore;
  /** How executors reach the topic; null if it is not in Kafka, so that no messages can be read. */
  readonly kafka: KafkaSource | null;
  /** Settings of every session, such as those for the object store. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Partitions of a shuffle of a large batch. */
  readonly shufflePartitions: number;
  /** Called every two seconds or so while a job runs. It must not throw. */
  readonly onProgress?: ((job: JobProgress) => void) | undefined;
}

/** Progress of a Spark job. The number of known stages may grow. */
export interface JobProgress {
  /** Its result: a table such as `silver/flights`, or a kept relation; `rows` if the caller asked for rows. */
  readonly makes: string;
  readonly tasks: number;
  readonly completedTasks: number;
}

/**
 * A session and the batch size that its settings are for. They apply to all its queries, so work without a size of its
 * own runs with the last ones.
 */
interface TunedSession {
  readonly session: SparkSession;
  tuning: Tuning;
}

/** The folder of the lake for what the engine keeps. Only the writer of the lake uses it. */
const SCRATCH = '_contrail/spark';
/** Within it: folders that are being written. */
const NOTES = 'writing';
/**
 * A relation that grows file by file is rewritten before it has more files than this: each file costs its readers time.
 */
const MOST_KEPT_FILES = 8;

/**
 * Spark as pure compute: SELECTs over Parquet files and ranges of Kafka, whose results are rows, or Parquet files in a
 * new folder. Kept relations are such files too, so they outlive the session, and nothing is lost with an executor that
 * dies.
 *
 * There is one session. It is opened at the first call, and again after it was lost. Several calls may run at the same
 * time.
 */
export class SparkEngine implements Engine {
  readonly name = 'spark';
  readonly #options: SparkEngineOptions;
  readonly #storage: Storage;
  readonly #kept: KeptRelations;
  readonly #folders: OpenFolders;
  readonly #scratch = `${SCRATCH}/${randomUUID()}`;
  #session: Promise<TunedSession> | null = null;
  #isSwept = false;
  #counter = 0;

  /** Connects to nothing yet: Spark may not be running. */
  constructor(options: SparkEngineOptions) {
    this.#options = options;
    this.#storage = new Storage(options.store);
    this.#kept = new KeptRelations(this.#storage);
    this.#folders = new OpenFolders(this.#storage, `${this.#scratch}/${NOTES}`);
  }

  rows(select: Select): Promise<readonly Row[]> {
    return this.#run('rows', select, async (bound, job) => {
      const rows: Row[] = [];
      for await (const batch of bound.query().batches(job.run))
        rows.push(...batch.rows({ decimals: 'number' }).map(asRow));
      return rows;
    });
  }

  async write(select: Select, target: WriteTarget): Promise<readonly WrittenFile[]> {
    await this.#sweep();
    const table = this.#storage.keyOf(`${target.folder}/`).replace(/\/$/, '');
    const folder = `${table}/${randomUUID()}`;
    return this.#run(table, select, async (bound, job) => {
      const files = await this.#folders.during(folder, () => writeTable(bound, { ...job, folder }, target));
      if (target.keepAs !== undefined)
        await this.#kept.replace(target.keepAs, writtenRows(files, target), job.tuning);
      return files;
    });
  }

  async keep(name: string, select: Select): Promise<void> {
    const messages = Object.entries(select.relations).find(([, { kind }]) => kind === 'messages');
    await this.#sweep();
    if (messages !== undefined) return this.#keepOverMessages(name, select, messages[0]);
    await this.#run(name, select, async (bound, job) =>
      this.#kept.replace(
        name,
        (readsNothing(select) ? await keptAsEmpty(bound, job) : null) ?? (await writeKept(bound, job)).kept,
        job.tuning,
      ),
    );
  }

  async extend(name: string, select: Select): Promise<void> {
    const before = this.#kept.get(name);
    if (before === undefined || (before.kind === 'files' && before.rows === 0))
      return this.keep(name, select);
    if (before.kind !== 'files')
      throw new ContrailError('kept-select', `"${name}" is not a kept relation of rows.`);
    if (before.addresses.length >= MOST_KEPT_FILES) return this.keep(name, withFormer(name, select));
    await this.#run(name, select, async (bound, job) => {
      const { kept: more } = await writeKept(bound, job);
      const addresses = [...before.addresses, ...more.addresses];
      await this.#kept.replace(name, { ...before, addresses, rows: before.rows + more.rows }, job.tuning);
    });
  }

  forget(name: string): Promise<void> {
    return this.#kept.forget(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Best effort: the next engine deletes what is left.
    await this.#kept.clear().catch(() => undefined);
    const open = await this.#session?.catch(() => null);
    await open?.session.close().catch(() => undefined);
  }

  /**
   * Keeps a relation that reads messages. The decoded messages are kept, and the SELECT over them is computed wherever
   * it is read, so that they are written once.
   */
  async #keepOverMessages(name: string, select: Select, messagesName: string): Promise<void> {
    const { signal: _, ...inner } = select;
    await this.#attempt(name, select, async (job) => {
      const relation = inner.relations[messagesName] as MessagesRelation;
      const { relation: kept, inputs } = await this.#keepMessages(relation, job);
      const over = { ...inner, relations: { ...inner.relations, [messagesName]: kept } };
      await this.#kept.replace(name, { kind: 'select', select: over, inputs }, job.tuning);
    });
  }

  async #keepMessages(relation: MessagesRelation, job: Job): Promise<KeptMessages> {
    const { kafka } = this.#options;
    this.#counter += 1;
    const name = `messages/${this.#counter}`;
    return keepMessages({ job, kafka, kept: this.#kept, name, relation });
  }

  #run<T>(makes: string, select: Select, work: (bound: BoundSelect, job: Job) => Promise<T>): Promise<T> {
    return this.#attempt(makes, select, async (job) => {
      const inputs: string[] = [];
      const messages = async (relation: MessagesRelation): Promise<Relation> => {
        const kept = await this.#keepMessages(relation, job);
        inputs.push(...kept.inputs);
        return kept.relation;
      };
      try {
        const macros = MACROS[job.tuning.name];
        const bound = await bindSelect({ session: job.session, kept: this.#kept, macros, messages }, select);
        return await work(bound, job);
      } finally {
        for (const name of inputs) await this.#kept.forget(name);
      }
    });
  }

  async #attempt<T>(makes: string, select: Select, work: (job: Job) => Promise<T>): Promise<T> {
    const { signal } = select;
    signal?.throwIfAborted();
    try {
      const open = await this.#open(signal);
      const tuning = this.#tuningOf(select) ?? open.tuning;
      if (tuning.name !== open.tuning.name) await open.session.config.set(tuning.settings, signal);
      open.tuning = tuning;
      this.#counter += 1;
      return await work({
        session: open.session,
        storage: this.#storage,
        folder: `${this.#scratch}/${this.#counter}`,
        tuning,
        isSmall: tuning.isSmall || isSmallBatch(this.#kept.rowsOf(select)),
        run: this.#runOptions(makes, signal),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      const failure = sparkFailure(cause, `Spark could not run a SELECT at ${this.#place()}`);
      if (failure instanceof ContrailError && failure.kind === 'unavailable') await this.#drop();
      throw failure;
    }
  }

  /**
   * The tuning of the batch whose messages a SELECT reads, else of the newest batch that its relations are made of;
   * null without a batch.
   */
  #tuningOf(select: Select): Tuning | null {
    const messages = Object.values(select.relations).filter(({ kind }) => kind === 'messages');
    if (messages.length === 0) return this.#kept.tuningOf(select);
    this.#counter += 1;
    const rows = (messages as MessagesRelation[])
      .flatMap(({ ranges }) => ranges)
      .reduce((sum, { start, end }) => sum + Number(end - start), 0);
    return tuningFor(rows, this.#options.shufflePartitions, this.#counter);
  }

  #runOptions(makes: string, signal: AbortSignal | undefined): RunOptions {
    const { onProgress } = this.#options;
    return {
      signal,
      onProgress:
        onProgress &&
        (({ stages }) =>
          onProgress({
            makes,
            tasks: stages.reduce((sum, { tasks }) => sum + tasks, 0),
            completedTasks: stages.reduce((sum, { completedTasks }) => sum + completedTasks, 0),
          })),
    };
  }

  /** The address without its token. */
  #place(): string {
    return this.#options.address.replace(/\/?;.*$/, '');
  }

  #open(signal: AbortSignal | undefined): Promise<TunedSession> {
    this.#session ??= this.#opened(signal).catch((error: unknown) => {
      this.#session = null;
      throw error;
    });
    return this.#session;
  }

  async #opened(signal: AbortSignal | undefined): Promise<TunedSession> {
    const tuning = tuningFor(Number.POSITIVE_INFINITY, this.#options.shufflePartitions, 0);
    const settings = { ...this.#options.settings, ...tuning.settings };
    return { session: await openSparkSession(this.#options, settings, signal), tuning };
  }

  /**
   * Deletes what earlier engines left, before anything is kept. Safe here: keeping writes to the lake, and a lake has one
   * writer.
   */
  async #sweep(): Promise<void> {
    if (this.#isSwept) return;
    this.#isSwept = true;
    for (const { key } of await this.#storage.list(SCRATCH)) {
      if (key.startsWith(`${this.#scratch}/`)) continue;
      if (key.includes(`/${NOTES}/`)) await OpenFolders.discard(this.#storage, key);
      await this.#options.store.delete(key);
    }
  }

  /** Forgets the session without closing it: a lost session cannot be closed. */
  async #drop(): Promise<void> {
    const open = await this.#session?.catch(() => null);
    this.#session = null;
    await open?.session.close().catch(() => undefined);
  }
}

/** Rows that were written, as a kept relation. This costs nothing: the files belong to the table and stay. */
const writtenRows = (files: readonly WrittenFile[], { columns }: WriteTarget): KeptSelect => ({
  kind: 'select',
  select: {
    sql: 'select * from written_files',
    relations: {
      written_files: {
        kind: 'files',
        columns,
        files: files.map(({ path, partition }) => ({ path, constants: partition })),
      },
    },
  },
  inputs: [],
});

/** The rows of a relation together with those of a SELECT. */
const withFormer = (name: string, { signal, ...select }: Select): Select => ({
  sql: 'select * from former_rows union all select * from more_rows',
  relations: { former_rows: { kind: 'kept', name }, more_rows: { kind: 'select', select } },
  signal,
});

/** Whether a SELECT has nothing to read: Spark then knows the answer without running a job. */
function readsNothing({ relations }: Select): boolean {
  const all = Object.values(relations);
  const isEmpty = (relation: Relation): boolean =>
    (relation.kind === 'rows' && relation.rows.length === 0) ||
    (relation.kind === 'files' && relation.files.length === 0);
  return all.length > 0 && all.every(isEmpty);
}

const asRow = (row: SparkRow): Row => row as Row;
