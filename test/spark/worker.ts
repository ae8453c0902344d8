import { join } from 'node:path';
import { CACHE_FOLDER } from '../../app/src/cluster/cluster-folder.ts';
import { freePort } from '../../app/src/cluster/ports.ts';
import { type ServiceProcess, startService } from '../../app/src/cluster/service-process.ts';
import { fetchSpark, SPARK } from '../../app/src/cluster/spark-distribution.ts';
import type { TestSpark } from './server.ts';

const WORKER = 'org.apache.spark.deploy.worker.Worker';

/**
 * One more worker of one core for a Spark with a master, under another name of this machine: of a task, Spark runs one
 * attempt per host at a time, so that speculation needs two.
 */
export async function startWorkerAs(host: string, { cluster, folder }: TestSpark): Promise<ServiceProcess> {
  const home = await fetchSpark(SPARK, { cacheFolder: CACHE_FOLDER, say: () => {} });
  const master = (await (await fetch(`${cluster.masterPage}/json/`)).json()) as { readonly url: string };
  const environment = [
    `SPARK_HOME=${home}`,
    `SPARK_CONF_DIR=${join(folder, 'conf')}`,
    'SPARK_LOCAL_IP=127.0.0.1',
  ];
  const places = ['--webui-port', String(await freePort()), '--work-dir', join(folder, 'another-worker')];
  const size = ['--cores', '1', '--memory', '1g'];
  const program = ['SPARK_DAEMON_MEMORY=256m', join(home, 'bin/spark-class')];
  return startService({
    title: 'Another Spark worker',
    failure: 'spark-start-failed',
    command: 'env',
    args: [...environment, ...program, WORKER, '--host', host, ...size, ...places, master.url],
    logFile: join(folder, 'another-worker.log'),
    started: 'Successfully registered with master',
    startWaitMs: 300_000,
  });
}
