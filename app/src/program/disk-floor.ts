import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { type Figure, single } from '../metrics/exposition.ts';
import { cacheFolder, lakeFolder, spillFolder, topicFolder } from './data-folder.ts';
import { SYSTEM } from './system.ts';

/** Says in one sentence that a disk is too full to go on, or null; see {@link diskFloor}. */
export type Shortage = () => string | null;

/** The answer of statfs(2) for a file system; sizes in blocks. */
export interface FileSystemSize {
  readonly bsize: number;
  readonly blocks: number;
  /** Free for users other than root. */
  readonly bavail: number;
}

const STANDARD_BYTES = 500_000_000;
/** The floor of a small disk, as a share of its size. */
const STANDARD_SHARE = 0.1;
const LOOK_EVERY_MS = 1_000;
/**
 * After a shortage, writing resumes at this many times the floor, so that it does not stop and start with each file.
 */
const RISE = 1.1;

/**
 * Watches the disks of some folders. Each disk must keep `floorBytes` free; null means 500 MB, or a tenth of the disk
 * if that is less; 0 means no floor. It looks at most once a second, so callers may ask before every write. The
 * sentence stays the same as long as the shortage lasts, so that callers can say it once. For a folder that does not
 * exist yet it looks at the disk of its parent.
 */
export function diskFloor(
  folders: readonly string[],
  floorBytes: number | null,
  {
    statfs = statfsSync,
    monotonic = SYSTEM.monotonic,
  }: { readonly statfs?: (path: string) => FileSystemSize; readonly monotonic?: () => number } = {},
): Shortage {
  let lookedAtMs = -Infinity;
  let sentence: string | null = null;
  return () => {
    if (floorBytes === 0 || monotonic() - lookedAtMs < LOOK_EVERY_MS) return sentence;
    lookedAtMs = monotonic();
    const factor = sentence === null ? 1 : RISE;
    const short = folders.map((folder) => shortageAt(resolve(folder), floorBytes, factor, statfs));
    const found = short.find((one) => one !== null) ?? null;
    sentence = found === null ? null : (sentence ?? found);
    return sentence;
  };
}

function shortageAt(
  folder: string,
  floorBytes: number | null,
  factor: number,
  statfs: (path: string) => FileSystemSize,
): string | null {
  const size = sizeOf(folder, statfs);
  // Some file systems do not know their size. They have no floor; a failed write reports itself.
  if (size === null || size.blocks === 0) return null;
  const floor = floorOf(size, floorBytes);
  if (size.bavail * size.bsize >= floor * factor) return null;
  const megabytes = Math.ceil(floor / 1e6);
  return (
    `Less than ${megabytes} MB are free on the disk of ${folder}: nothing is written until there is more space, ` +
    `then writing goes on by itself. Free some space, or lower DISK_FLOOR.`
  );
}

const floorOf = ({ blocks, bsize }: FileSystemSize, floorBytes: number | null): number =>
  floorBytes ?? Math.min(STANDARD_BYTES, blocks * bsize * STANDARD_SHARE);

/** How much room the disk of the data folder has, in numbers; none where the system does not say. */
export function diskFigures(
  { diskFloorBytes }: Pick<Settings, 'diskFloorBytes'>,
  data: string,
  statfs: (path: string) => FileSystemSize = statfsSync,
): readonly Figure[] {
  const size = sizeOf(resolve(data), statfs);
  if (size === null || size.blocks === 0) return [];
  return [
    single('contrail_disk_free_bytes', size.bavail * size.bsize),
    single('contrail_disk_floor_bytes', floorOf(size, diskFloorBytes)),
  ];
}

/** Null if the system does not say. */
function sizeOf(folder: string, statfs: (path: string) => FileSystemSize): FileSystemSize | null {
  for (let place = folder; ; place = dirname(place)) {
    try {
      return statfs(place);
    } catch (error) {
      const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isAbsent || place === dirname(place)) return null;
    }
  }
}

/** The disk that a source writes to: that of the embedded topic. */
export const topicFloor = (settings: Settings, data: string): Shortage =>
  diskFloor(settings.kafkaBootstrap === null ? [topicFolder(data)] : [], settings.diskFloorBytes);

/** The disks that the pipeline writes to: lake or cache, and what does not fit in memory. */
export const lakeFloor = (settings: Settings, data: string): Shortage =>
  diskFloor(
    [
      ...(settings.garageEndpoint === null ? [lakeFolder(data)] : [cacheFolder(data)]),
      ...(settings.sparkRemote === null ? [spillFolder(data)] : []),
    ],
    settings.diskFloorBytes,
  );
