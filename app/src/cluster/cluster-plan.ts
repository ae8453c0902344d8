import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { ContrailError } from '../errors.ts';
import { planFile } from './cluster-folder.ts';
import { replaceFile } from './pid-file.ts';
import type { ClusterPorts } from './ports.ts';
import type { S3Kind } from './s3/s3.ts';

/** The parts of a cluster that can be had one by one. */
export const PARTS = ['kafka', 's3', 'spark'] as const;
export type Part = (typeof PARTS)[number];

/** What was chosen for a cluster when it was first started, and holds until its folder is deleted. */
export interface ClusterPlan {
  /** Of this form. */
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
    // Said below, together with a form that is not ours.
  }
  throw new ContrailError(
    'cluster-plan-unreadable',
    `${path} is not the plan of a cluster that this version of Contrail knows. Delete ${folder} after its processes have ended.`,
  );
}

/** Keeps the plan. The keys of the store are in it, so it is for its owner alone. */
export async function writePlan(folder: string, plan: ClusterPlan): Promise<void> {
  await mkdir(folder, { recursive: true });
  await replaceFile(planFile(folder), `${JSON.stringify(plan, null, 2)}\n`);
}

/** Keys that nobody else has. */
export const newKeys = (): Pick<ClusterPlan['s3'], 'accessKey' | 'secretKey'> => ({
  accessKey: ACCESS_KEY,
  secretKey: randomBytes(20).toString('hex'),
});

/** Java heaps of Spark. */
export interface Heaps {
  readonly driverMegabytes: number;
  readonly executorMegabytes: number;
}

/** What all other processes of a cluster take together, and what is left to the system and to Contrail. */
const OTHERS_MEGABYTES = 4096;
/** What a Java process takes beside its heap. */
const BESIDE_HEAP_MEGABYTES = 500;
const LEAST_MEGABYTES = 768;
const MOST_MEGABYTES = 2560;

/**
 * Heaps that fit a machine: equal for the driver and each executor, and not more than they can use. With 24 GiB and two
 * workers 2560 MB each, together with all else about 11 GiB.
 */
export function heapsFor(machineBytes: number, workers: number): Heaps {
  const processes = workers + 1;
  const share = (machineBytes / 2 ** 20 - OTHERS_MEGABYTES) / processes - BESIDE_HEAP_MEGABYTES;
  const heap = Math.floor(Math.min(MOST_MEGABYTES, Math.max(LEAST_MEGABYTES, share)));
  return { driverMegabytes: heap, executorMegabytes: heap };
}
