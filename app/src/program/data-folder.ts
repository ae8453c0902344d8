/** Chooses the data folder and builds all paths in it. No other file builds these paths. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { ContrailError } from '../errors.ts';

/** The embedded topic. */
export const topicFolder = (data: string): string => join(data, 'topic');
/** Polls that wait while the topic is away. */
export const spoolFolder = (data: string): string => join(data, 'spool');
export const spoolFile = (data: string, topic: string): string => join(spoolFolder(data), `${topic}.db`);
/** The tables, unless they are in a bucket. */
export const lakeFolder = (data: string): string => join(data, 'lake');
/** Copies of the files of a bucket. */
export const cacheFolder = (data: string): string => join(data, 'cache');
/** What does not fit in the memory of an engine, and files on their way to a bucket. */
export const spillFolder = (data: string): string => join(data, 'tmp');

const REAL = './data';
const SIMULATED = './data-simulated';

/**
 * The folder that a source writes to: the given one, else one for real or for simulated aircraft, so that they never
 * mix.
 */
export const newData = ({ dataDir }: Pick<Settings, 'dataDir'>, simulated: boolean): string =>
  dataDir ?? (simulated ? SIMULATED : REAL);

const FOLDERS = { lake: lakeFolder, topic: topicFolder } as const;

/**
 * The folder that a command reads: the given one, else the real or the simulated one, whichever has one of `parts`; if
 * neither has, that of the source.
 * @throws ContrailError `invalid` / `data-ambiguous` when both have
 */
export function existingData(
  settings: Pick<Settings, 'dataDir' | 'source'>,
  parts: readonly (keyof typeof FOLDERS)[],
  exists: (path: string) => boolean = existsSync,
): string {
  if (settings.dataDir !== null) return settings.dataDir;
  const found = [REAL, SIMULATED].filter((data) => parts.some((part) => exists(FOLDERS[part](data))));
  if (found.length === 1) return found[0] as string;
  if (found.length === 0) return newData(settings, settings.source === 'simulator');
  throw new ContrailError(
    'data-ambiguous',
    'There are two lakes, ./data (real) and ./data-simulated. Choose one with --data DIR.',
  );
}
