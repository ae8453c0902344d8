import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE_FOLDER } from '../../app/src/cluster/cluster-folder.ts';
import { type SparkCluster, startSpark } from '../../app/src/cluster/spark.ts';
import { fetchJars } from '../../app/src/cluster/maven.ts';
import { SPARK_JARS } from '../../app/src/cluster/spark-jars.ts';
import type { SparkOptions } from '../../app/src/cluster/spark-options.ts';

/** The folder of the jars for Kafka and S3. */
export const sparkJars = (): Promise<string> =>
  fetchJars(SPARK_JARS, {
    cacheFolder: CACHE_FOLDER,
    say: (line) => process.stderr.write(`${line}\n`),
  });

/** Spark in a temporary folder; `restart` kills its Connect server and starts another on the same ports. */
export interface TestSpark extends AsyncDisposable {
  readonly cluster: SparkCluster;
  readonly folder: string;
  restart(): Promise<void>;
}

export async function startTestSpark(options: Partial<SparkOptions> = {}): Promise<TestSpark> {
  const folder = mkdtempSync(join(tmpdir(), 'contrail-spark-'));
  const all: SparkOptions = {
    folder,
    cacheFolder: CACHE_FOLDER,
    say: (line) => process.stderr.write(`${line}\n`),
    driverMegabytes: 1024,
    ...options,
  };
  // A hook gets no second try from the test runner; a start on new ports is one.
  const again = (error: unknown): Promise<SparkCluster> => {
    process.stderr.write(`Spark starts again: ${(error as Error).message}\n`);
    return startSpark(all);
  };
  let cluster = await startSpark(all)
    .catch(again)
    .catch((error: unknown) => {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    });
  return {
    get cluster() {
      return cluster;
    },
    folder,
    async restart() {
      const ports = {
        connect: Number(new URL(cluster.address).port),
        application: Number(new URL(cluster.applicationPage).port),
      };
      await cluster.connectServer.kill();
      cluster = await startSpark({ ...all, ports });
    },
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
