import type { ObjectStore } from '@contrail/delta-lake';
import { openSession } from '@contrail/spark-connect';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Settings } from '../config/settings.ts';
import type { WatchedService } from '../dashboard/watch/service-watch.ts';
import { ContrailError } from '../errors.ts';
import { rowsIn } from '../pipeline/plan.ts';
import { count } from './terminal/say.ts';
import { openTopic } from './topic.ts';

/** The services that the settings name, for `doctor` and the page. Empty when everything runs in this process. */
export function servicesInUse(
  settings: Settings,
  data: string,
  store: ObjectStore,
): readonly WatchedService[] {
  const { kafkaBootstrap, garageEndpoint, sparkRemote } = settings;
  const services: WatchedService[] = [];
  if (kafkaBootstrap !== null) {
    services.push({
      name: 'kafka',
      title: 'Kafka',
      address: kafkaBootstrap,
      page: settings.kafkaPage,
      look: () => lookAtTopic(settings, data),
    });
  }
  if (garageEndpoint !== null) {
    services.push({
      name: 's3',
      title: 'S3',
      address: garageEndpoint,
      page: settings.s3Page,
      look: () => lookAtBucket(store, settings.bucketName),
    });
  }
  if (sparkRemote === null) return services;
  // Leave out a token.
  const address = sparkRemote.replace(/\/;.*$/, '');
  return [
    ...services,
    {
      name: 'spark',
      title: 'Spark',
      address,
      page: settings.sparkApplicationPage,
      look: (signal) => lookAtSpark(sparkRemote, signal),
    },
    {
      name: 'spark-master',
      title: 'Spark master',
      address: settings.sparkMasterUrl,
      page: settings.sparkMasterPage,
      look: (signal) => lookAtMaster(settings, signal),
    },
  ];
}

async function lookAtTopic(settings: Settings, data: string): Promise<string> {
  await using topic = await openTopic(settings, data, true);
  if (!(await topic.exists())) return `answers; topic ${topic.name} does not exist yet`;
  return `${topic.name}: ${count(rowsIn(await topic.offsets()))} messages`;
}

async function lookAtBucket(store: ObjectStore, bucket: string): Promise<string> {
  // The first batch is enough.
  for await (const _ of store.list('_contrail/')) break;
  return `bucket ${bucket} answers`;
}

/** A check tries once; it does not wait for a service to return. */
const ONCE = { retry: { maxRetries: 0 } } as const;

async function lookAtSpark(remote: string, signal: AbortSignal): Promise<string> {
  await using session = await openSession(remote, { ...ONCE, signal });
  const application = await session.config.get('spark.app.id', signal);
  return `Spark ${session.sparkVersion}, application ${application ?? 'without an id'}`;
}

/**
 * Checks the Spark master. The settings have its address; the Connect server, if it answers, says whether it uses a
 * master.
 */
async function lookAtMaster(settings: Settings, signal: AbortSignal): Promise<string> {
  const { sparkRemote, sparkMasterUrl } = settings;
  const master = await masterOf(sparkRemote ?? '', signal).catch(() => null);
  if (master !== null && !master.startsWith('spark://')) return `none: Spark runs as ${master}`;
  const { hostname, port } = new URL(sparkMasterUrl.replace(/^spark:/, 'http:'));
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    await once(socket, 'connect', { signal });
  } catch (cause) {
    throw new ContrailError(
      'spark-master-unavailable',
      `The Spark master does not answer at ${sparkMasterUrl}. Start it, or correct SPARK_MASTER_URL.`,
      { cause },
    );
  } finally {
    socket.destroy();
  }
  return (await workersOf(settings.sparkMasterPage, signal)) ?? 'answers';
}

async function masterOf(remote: string, signal: AbortSignal): Promise<string> {
  await using session = await openSession(remote, { ...ONCE, signal });
  return (await session.config.get('spark.master', signal)) ?? '';
}

/**
 * The workers, by the master's page; null if this process cannot reach the page: its address may be for browsers only.
 */
async function workersOf(page: string | null, signal: AbortSignal): Promise<string | null> {
  if (page === null) return null;
  const answer = await globalThis.fetch(`${page}/json/`, { signal }).catch(() => null);
  if (answer?.ok !== true) return null;
  const { aliveworkers = 0, coresused = 0, cores = 0 } = (await answer.json()) as MasterAnswer;
  if (aliveworkers === 0) {
    throw new ContrailError(
      'spark-workers-missing',
      'The Spark master has no worker, so nothing is computed. Start a worker.',
    );
  }
  return `${aliveworkers} worker${aliveworkers === 1 ? '' : 's'}, ${coresused} of ${cores} cores in use`;
}

/** Source: Spark, `org.apache.spark.deploy.JsonProtocol`. */
interface MasterAnswer {
  readonly aliveworkers?: number;
  readonly cores?: number;
  readonly coresused?: number;
}
