import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { ContrailError } from '../errors.ts';
import { planFile } from './cluster-folder.ts';
import { replaceFile } from './pid-file.ts';
import type { ClusterPorts } from './ports.ts';
import type { S3Kind } from './s3/s3.ts';

/** The parts of a cluster. Each can be started alone. */
export const PARTS = ['kafka', 's3', 'spark'] as const;
export type Part = (typeof PARTS)[number];

/** What was chosen when a cluster was first started. It stays until its folder is deleted. */
export interface ClusterPlan {
  /** Version of this form. */
  readonly version: 1;
  readonly ports: ClusterPorts;
  readonly s3: {
    readonly kind: S3Kind;
    readonly bucket: string;
    readonly accessKey: string;
    readonly secretKey: string;
  };
}

/** The region that a lake expects when nothing else is set. */
export const S3_REGION = 'garage';
const ACCESS_KEY = 'contrail';

/** The plan of a folder; null when there is none. @throws ContrailError `corrupt` / `cluster-plan-unreadable` */
export async function readPlan(folder: string): Promise<ClusterPlan | null> {
  const path = planFile(folder);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const plan = JSON.parse(text) as ClusterPlan;
    if (plan.version === 1) return plan;
  } catch {
    // Reported below, together with an unknown form.
  }
  throw new ContrailError(
    'cluster-plan-unreadable',
    `${path} is not the plan of a cluster that this version of Contrail knows. Delete ${folder} after its processes have ended.`,
  );
}

/** Writes the plan. It holds the keys of the store, so only its owner may read it. */
export async function writePlan(folder: string, plan: ClusterPlan): Promise<void> {
  await mkdir(folder, { recursive: true });
  await replaceFile(planFile(folder), `${JSON.stringify(plan, null, 2)}\n`);
}

/** New random keys. */
export const newKeys = (): Pick<ClusterPlan['s3'], 'accessKey' | 'secretKey'> => ({
  accessKey: ACCESS_KEY,
  secretKey: randomBytes(20).toString('hex'),
});

/** Java heaps of Spark. */
export interface Heaps {
  readonly driverMegabytes: number;
  readonly executorMegabytes: number;
}

/** Memory of all other processes of a cluster, of the system and of Contrail. */
const OTHERS_MEGABYTES = 4096;
/** Memory of a Java process beyond its heap. */
const BESIDE_HEAP_MEGABYTES = 500;
const LEAST_MEGABYTES = 768;
const MOST_MEGABYTES = 2560;

/**
 * Heaps that fit a machine: equal for the driver and each executor, and not more than they can use. With 24 GiB and two
 * workers this is 2560 MB each; the whole cluster then takes about 11 GiB.
 */
export function heapsFor(machineBytes: number, workers: number): Heaps {
  const processes = workers + 1;
  const share = (machineBytes / 2 ** 20 - OTHERS_MEGABYTES) / processes - BESIDE_HEAP_MEGABYTES;
  const heap = Math.floor(Math.min(MOST_MEGABYTES, Math.max(LEAST_MEGABYTES, share)));
  return { driverMegabytes: heap, executorMegabytes: heap };
}
