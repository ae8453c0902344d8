import { localStore, type ObjectStore, s3Store } from '@contrail/delta-lake';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CACHE_FOLDER } from '../../app/src/cluster/cluster-folder.ts';
import { newKeys, S3_REGION } from '../../app/src/cluster/cluster-plan.ts';
import { freePort } from '../../app/src/cluster/ports.ts';
import { startS3, usualS3 } from '../../app/src/cluster/s3/s3.ts';
import { loadSettings } from '../../app/src/config/settings.ts';
import type { Relation } from '../../app/src/engine/engine.ts';
import { SparkEngine } from '../../app/src/engine/spark/engine.ts';
import { Storage } from '../../app/src/engine/spark/storage.ts';
import type { Column } from '../../app/src/lake/column.ts';
import { s3aSettings } from '../../app/src/program/spark.ts';
import { isLacking, say } from '../cluster/machine.ts';
import { executorHosts, type TaskAttempt, taskAttempts } from './application.ts';
import { sparkJars, startTestSpark, type TestSpark } from './server.ts';
import { HAS_SPARK } from './shared.ts';
import { startWorkerAs } from './worker.ts';

const ROWS = 4_000;
const TASKS = 4;
const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'long' },
  { name: 'part', type: 'integer' },
];
const OTHER_HOST = 'localhost';
/** The last row of its task: all others are written by then. */
const LAST = `id = ${ROWS - 1}`;
/** Among the last rows of every task. */
const LATE = `id >= ${ROWS - 100}`;
/** Whether the attempt runs in the worker that `startTestSpark` has started; of many tasks, some do. */
const IN_FIRST_WORKER = `reflect('java.lang.System', 'getProperty', 'user.dir') like '%/worker-1/%'`;

/** What befalls the job's tasks, as a condition that is never true, and how one sees that it did. */
const FATES: readonly {
  readonly what: string;
  readonly fate: (id: string) => string;
  readonly hasCome: (attempt: TaskAttempt) => boolean;
}[] = [
  {
    what: 'one of its tasks fails after its last row, and is tried again',
    // The first time in each Java process, which remembers.
    fate: (id) =>
      `${LAST} and reflect('java.lang.System', 'setProperty', '${id}', 'failed') = 'null' and raise_error('fails once')`,
    hasCome: ({ status }) => status === 'FAILED',
  },
  {
    what: 'slow tasks run a second time on another worker',
    fate: () => `${LATE} and ${IN_FIRST_WORKER} and reflect('java.lang.Thread', 'sleep', 60000L) = 'never'`,
    hasCome: ({ speculative, status }) => speculative && status === 'SUCCESS',
  },
  {
    what: 'an executor dies in its task, after almost all rows',
    fate: () => `${LATE} and ${IN_FIRST_WORKER} and reflect('java.lang.System', 'exit', 1) = 'never'`,
    hasCome: ({ status }) => status === 'FAILED',
  },
];

/** Where tables lie, and how Spark reaches it. */
interface Place {
  readonly store: ObjectStore;
  readonly settings: Readonly<Record<string, string>>;
}

describe.skipIf(!HAS_SPARK)('a job of Spark', { timeout: 300_000 }, () => {
  let directory: string;
  let spark: TestSpark;
  const running = new AsyncDisposableStack();
  const places: Partial<Record<'a local disk' | 'S3', Place>> = {};

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-committer-'));
    running.defer(() => rmSync(directory, { recursive: true, force: true }));
    places['a local disk'] = { store: localStore(join(directory, 'lake')), settings: {} };
    if (!(await isLacking('tests of the committer on S3', { tools: ['s3'], fetches: ['s3'] }))) {
      const bucket = 'committer';
      const [port, rpcPort, keys] = [await freePort(), await freePort(), newKeys()];
      const all = {
        ...keys,
        folder: directory,
        port,
        rpcPort,
        bucket,
        region: S3_REGION,
        cacheFolder: CACHE_FOLDER,
        say,
      };
      running.use(await startS3(await usualS3(CACHE_FOLDER), all));
      const endpoint = `http://127.0.0.1:${port}`;
      const credentials = { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey };
      const [GARAGE_ENDPOINT, ACCESS_KEY, SECRET_KEY] = [endpoint, keys.accessKey, keys.secretKey];
      places.S3 = {
        store: s3Store(`s3://${bucket}`, { endpoint, region: S3_REGION, credentials, singleWriter: true }),
        settings: s3aSettings(loadSettings({ GARAGE_ENDPOINT, ACCESS_KEY, SECRET_KEY, S3_REGION })),
      };
    }
    spark = await startTestSpark({
      workers: 1,
      executorMegabytes: 768,
      jars: [await sparkJars()],
      conf: {
        'spark.speculation': 'true',
        'spark.speculation.interval': '100ms',
        'spark.speculation.quantile': '0.5',
        'spark.speculation.minTaskRuntime': '500ms',
        // Tasks go to any executor that is free.
        'spark.locality.wait': '0',
      },
    });
    running.use(spark);
    running.use(await startWorkerAs(OTHER_HOST, spark));
  });
  afterAll(() => running.disposeAsync());

  const cases = (['a local disk', 'S3'] as const).flatMap((name) => FATES.map((fate) => ({ name, ...fate })));
  it.for(cases)('on $name leaves each row once when $what', async ({ name, fate, hasCome }, { skip }) => {
    const place = places[name];
    if (place === undefined) return skip(`There is no ${name} here.`);
    const { store, settings } = place;
    const { applicationPage, address } = spark.cluster;
    // A dead executor is followed by another.
    const hosts = async () => new Set(await executorHosts(applicationPage));
    await expect.poll(hosts, { timeout: 60_000 }).toEqual(new Set(['127.0.0.1', OTHER_HOST]));
    await using engine = new SparkEngine({
      address,
      applicationPage,
      store,
      kafka: null,
      settings,
      shufflePartitions: TASKS,
    });
    const id = randomUUID();
    const folder = new Storage(store).addressOf(`tables/${id}`);
    const numbers = await engine.write(
      { sql: `select id, cast(id % 3 as int) as part from range(${ROWS})`, relations: {} },
      { folder: `${folder}/numbers`, columns: COLUMNS },
    );
    const relation = (files: typeof numbers): Relation => ({
      kind: 'files',
      columns: COLUMNS,
      files: files.map(({ path, partition }) => ({ path, constants: partition })),
    });
    const select = {
      sql: `select id, case when ${fate(id)} then null else part end as part
          from (select * from numbers distribute by id sort by id)`,
      relations: { numbers: relation(numbers) },
    };
    const befallen = async () => (await taskAttempts(applicationPage)).filter(hasCome).length;
    const before = await befallen();
    const target = { folder: `${folder}/table`, columns: COLUMNS, partitionBy: ['part'] };
    const written = await engine.write(select, target);
    await expect.poll(befallen, { timeout: 30_000 }).toBeGreaterThan(before);
    expect(written).toHaveLength(TASKS * 3);
    expect(written.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
    const found = await engine.rows({
      sql: `select count(*) as total, count(distinct id) as different, sum(id) as sum, count(distinct part) as parts from rows`,
      relations: { rows: relation(written) },
    });
    expect(found).toEqual([
      { total: BigInt(ROWS), different: BigInt(ROWS), sum: BigInt((ROWS * (ROWS - 1)) / 2), parts: 3n },
    ]);
    const left: string[] = [];
    for await (const { key } of store.list(`tables/${id}/table/`))
      left.push(new Storage(store).addressOf(key));
    expect(left.sort()).toEqual(written.map(({ path }) => path).sort());
  });
});
