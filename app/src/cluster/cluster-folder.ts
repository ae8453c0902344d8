/** What lies where in the folder of a cluster, and the folder that all clusters share: no other file puts these paths together. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Downloads, which all clusters use. */
export const CACHE_FOLDER: string = join(homedir(), '.cache/contrail');

/** The folder of a cluster by its name, where none is given. */
export const usualFolder = (name: string): string => join(homedir(), '.local/state/contrail', name);

/** Ports and keys that were chosen. */
export const planFile = (folder: string): string => join(folder, 'cluster.json');

/** The settings that put Contrail on the cluster: `--env FILE`. */
export const settingsFile = (folder: string): string => join(folder, 'settings.env');

/** Names the process that starts or stops services here. */
export const lockFile = (folder: string): string => join(folder, 'busy.pid');

/** Data, logs and configuration of a part, `kafka`, `s3` or `spark`. */
export const homeOf = (folder: string, part: string): string => join(folder, part);

/** Names the process of a service, `kafka`, `spark-worker-1`, … */
export const pidFileOf = (folder: string, service: string): string => join(folder, `${service}.pid`);
