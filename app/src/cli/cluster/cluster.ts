import { readdir, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import { bringDown, bringUp, type ServiceStatus, statusOfAll } from '../../cluster/cluster.ts';
import { CACHE_FOLDER, settingsFile, usualFolder } from '../../cluster/cluster-folder.ts';
import {
  type ClusterPlan,
  heapsFor,
  newKeys,
  type Part,
  PARTS,
  readPlan,
  writePlan,
} from '../../cluster/cluster-plan.ts';
import { replaceFile } from '../../cluster/pid-file.ts';
import { choosePorts, MACHINE_PORTS, PORTS_OF, USUAL_PORTS } from '../../cluster/ports.ts';
import { type S3Kind, usualS3 } from '../../cluster/s3/s3.ts';
import { type Service, servicesOf } from '../../cluster/services.ts';
import { envText, settingsFor, type TopicSettings } from '../../cluster/settings-file.ts';
import type { Settings } from '../../config/settings.ts';
import { ContrailError } from '../../errors.ts';
import { say } from '../../program/terminal/say.ts';
import { formatRows } from '../../program/terminal/rows.ts';
import { createTopic } from '../../topic/kafka/store.ts';

/** Which cluster is meant. */
export interface ClusterFlags {
  readonly name: string;
  /** Replaces the folder that belongs to the name. */
  readonly folder?: string;
}

/** What `cluster up` starts. */
export interface ClusterUpFlags extends ClusterFlags {
  readonly workers: number;
  readonly only: readonly Part[];
  /** Null: the server of the existing cluster, else the one that this machine can start most easily. */
  readonly s3: S3Kind | null;
}

const MOST_WORKERS = 2;

/** Data, logs, settings and process ids of a cluster. */
export const clusterFolder = ({ name, folder }: ClusterFlags): string =>
  folder === undefined ? usualFolder(name) : resolve(folder);

/**
 * `contrail cluster up`: starts the services that do not run, creates topic and bucket, writes the settings. A signal
 * stops what was started so far.
 */
export async function clusterUp(
  settings: Settings,
  flags: ClusterUpFlags,
  signal: AbortSignal,
): Promise<void> {
  const folder = clusterFolder(flags);
  const plan = await planFor(settings, flags, folder);
  const services = servicesIn(folder, plan, flags.workers);
  const wanted = services.filter(({ part }) => flags.only.includes(part));
  await bringUp(wanted, { folder, say, signal });
  const topic = { name: settings.topicName, partitions: settings.numPartitions };
  const statuses = await statusOfAll(services);
  const parts = runningParts(services, statuses);
  if (flags.only.includes('kafka')) await makeTopic(settings, plan, topic);
  const chosen = settingsFor(plan, topic, parts);
  const file = settingsFile(folder);
  await replaceFile(file, envText(chosen));
  process.stdout.write(tableOf(statuses));
  say(`\nThe settings are in ${file}; use them with any command:\n  npx contrail up --env ${file}\n`);
}

/** `contrail cluster status`. False if a service is unhealthy or has ended by itself, or none runs. */
export async function clusterStatus(flags: ClusterFlags, json: boolean): Promise<boolean> {
  const folder = clusterFolder(flags);
  const plan = await readPlan(folder);
  const statuses = plan === null ? [] : await statusOfAll(servicesIn(folder, plan, MOST_WORKERS));
  const ok =
    statuses.some(({ state }) => state === 'running') &&
    statuses.every(({ state }) => state === 'running' || state === 'stopped');
  if (json) {
    const answer = { name: flags.name, folder, ok, settings: settingsFile(folder), services: statuses };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  } else {
    process.stdout.write(plan === null ? `There is no cluster in ${folder}.\n` : tableOf(statuses));
  }
  return ok;
}

/** `contrail cluster down`: stops the running services, the last one first; with `purge` it also deletes their data. */
export async function clusterDown(flags: ClusterFlags, purge: boolean): Promise<void> {
  const folder = clusterFolder(flags);
  const plan = await readPlan(folder);
  if (plan === null) {
    say(`There is no cluster in ${folder}.`);
    return;
  }
  const ended = await bringDown(servicesIn(folder, plan, MOST_WORKERS), folder);
  say(ended.length === 0 ? 'Nothing was running.' : `Stopped: ${ended.join(', ')}.`);
  if (!purge) return;
  await rm(folder, { recursive: true, force: true });
  say(`${folder} was deleted, including topic and lake.`);
}

const servicesIn = (folder: string, plan: ClusterPlan, workers: number): readonly Service[] =>
  servicesOf({ folder, plan, workers, heaps: heapsFor(totalmem(), workers), cacheFolder: CACHE_FOLDER, say });

/** The earlier plan, with new ports for parts that do not run and whose ports are taken. */
async function planFor(settings: Settings, flags: ClusterUpFlags, folder: string): Promise<ClusterPlan> {
  const before = await readPlan(folder);
  if (before === null) await checkFree(folder);
  if (before !== null && flags.s3 !== null && flags.s3 !== before.s3.kind) {
    throw new ContrailError(
      'cluster-s3-differs',
      `This cluster keeps its objects with ${before.s3.kind}. Choose another --name for a cluster with ${flags.s3}, or delete this one: contrail cluster down --purge.`,
    );
  }
  const services = before === null ? [] : servicesIn(folder, before, MOST_WORKERS);
  const running = runningParts(services, await statusOfAll(services));
  // Spark knows the address of the store.
  const fixed = running.includes('spark') ? [...running, 's3' as const] : running;
  const ports = await choosePorts(
    before?.ports ?? USUAL_PORTS,
    fixed.flatMap((part) => PORTS_OF[part]),
    MACHINE_PORTS,
  );
  const s3 = before?.s3 ?? {
    kind: flags.s3 ?? (await usualS3(CACHE_FOLDER)),
    bucket: settings.bucketName,
    ...newKeys(),
  };
  const plan: ClusterPlan = { version: 1, ports, s3 };
  await writePlan(folder, plan);
  return plan;
}

/** Makes sure that the folder holds no other files, because `down --purge` deletes it. */
async function checkFree(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const [first] = names;
  if (first === undefined) return;
  throw new ContrailError(
    'cluster-folder-taken',
    `${folder} is not the folder of a cluster and is not empty (it has ${first}). Give --folder an empty or new folder.`,
    { facts: { folder } },
  );
}

/** The parts with a running process, whether it answers or not. */
const runningParts = (services: readonly Service[], statuses: readonly ServiceStatus[]): readonly Part[] =>
  PARTS.filter((part) =>
    services.some(
      ({ part: own, name }) =>
        own === part && statuses.some((status) => status.name === name && status.pid !== null),
    ),
  );

async function makeTopic(settings: Settings, plan: ClusterPlan, topic: TopicSettings): Promise<void> {
  const connection = { bootstrap: [`127.0.0.1:${plan.ports.kafka}`], tls: null, sasl: null };
  const retention = { maxAgeMs: settings.topicRetentionMs, maxBytes: settings.topicRetentionBytes };
  await createTopic(connection, topic.name, { partitions: topic.partitions, replication: 1, retention });
}

function tableOf(statuses: readonly ServiceStatus[]): string {
  const rows = statuses.map(({ title, state, address, page, pid, memory_bytes: bytes, found }) => ({
    service: title,
    state,
    address: page ?? address,
    pid: pid ?? '',
    memory: bytes === null ? '' : `${Math.round(bytes / 1e6)} MB`,
    found,
  }));
  return formatRows(['service', 'state', 'address', 'pid', 'memory', 'found'], rows, 'table');
}
