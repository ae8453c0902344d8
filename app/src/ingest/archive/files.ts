import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { ContrailError } from '../../errors.ts';

/** One archive on disk; a tar that was split has several parts, to be read one after the other. */
export interface ArchiveFile {
  /** Of the file, or of its first part. */
  readonly path: string;
  readonly parts: readonly string[];
  readonly bytes: number;
}

/** What is read in folders; other files lie about there, such as lists of airports. */
const NAMES = /\.(csv|json|ndjson|parquet)(\.gz)?$|\.tar(\.gz)?$|\.tgz$/i;
/** Source: `split`, which calls the parts of a file aa, ab, …; adsb.lol's releases of a day are split so. */
const PART = /^(.*\.tar(?:\.gz)?)\.([a-z]{2})$/;
/** A day and perhaps an hour, as archives write it in the names of their files or folders. */
const TIME = /(\d{4})[-./\\_](\d{2})[-./\\_](\d{2})(?:[-./\\_T](\d{2})(?!\d))?/;

/**
 * Finds the archives of a file, or of a folder and all below it, in the order in which they are read: by the day and hour
 * that their path says, then by path.
 * @throws ContrailError `invalid` / `archive-unreadable` when there are none, or a part of one is missing
 */
export async function findArchives(path: string): Promise<readonly ArchiveFile[]> {
  const isFolder = (await statOf(path))?.isDirectory() === true;
  const paths = isFolder ? await listFiles(path) : await partsBeside(path);
  if (paths.length === 0) {
    throw unreadable(
      path,
      isFolder
        ? 'it holds no archives; files ending in .csv, .json (also .gz), .tar, .tgz or .tar.aa were looked for, also in folders below it'
        : 'there is no such file or folder',
    );
  }
  const groups = Map.groupBy(paths, (each) => PART.exec(each)?.[1] ?? each);
  const files = await Promise.all(Array.from(groups.values(), (parts) => archiveOf(parts.toSorted())));
  const keyed = files.map((file) => ({ file, key: timeKey(relative(dirname(path), file.path)) }));
  return keyed
    .toSorted((a, b) => compare(a.key, b.key) || compare(a.file.path, b.file.path))
    .map(({ file }) => file);
}

/** Parts that lie in one folder and belong to one file, in order. */
async function archiveOf(parts: readonly string[]): Promise<ArchiveFile> {
  const [first] = parts as [string];
  let bytes = 0;
  for (const [index, part] of parts.entries()) {
    const [, whole, suffix] = PART.exec(part) ?? [];
    if (suffix !== undefined && suffix !== suffixOf(index)) {
      throw unreadable(first, `its part ${whole}.${suffixOf(index)} is missing`);
    }
    bytes += (await stat(part)).size;
  }
  return { path: first, parts, bytes };
}

const LETTERS = 26;
/** aa, ab, …, az, ba, … */
const suffixOf = (index: number): string =>
  String.fromCodePoint(0x61 + Math.floor(index / LETTERS), 0x61 + (index % LETTERS));

async function listFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.name.startsWith('.') || !(NAMES.test(entry.name) || PART.test(entry.name))) continue;
    // Links to files are followed, so that a folder can be put together of them.
    const isFile = entry.isSymbolicLink() ? (await statOf(path))?.isFile() === true : entry.isFile();
    if (isFile) found.push(path);
  }
  return found;
}

/** A file, or the parts of it: any part may be named, and the whole, which is not there. */
async function partsBeside(path: string): Promise<string[]> {
  const whole = PART.exec(path)?.[1] ?? path;
  if (whole === path && (await statOf(path)) !== null) return [path];
  const names = await readdir(dirname(whole)).catch(() => []);
  const parts = names.filter((name) => PART.exec(name)?.[1] === basename(whole));
  return parts.map((name) => join(dirname(whole), name));
}

/** Null where there is none. */
const statOf = (path: string) => stat(path).catch(() => null);

function timeKey(path: string): string {
  const [, year, month, day, hour] = TIME.exec(path) ?? [];
  return year === undefined ? '' : `${year}${month}${day}${hour ?? ''}`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** @param found completes "PATH cannot be read as an archive: …" */
export function unreadable(
  path: string,
  found: string,
  facts: Readonly<Record<string, unknown>> = {},
): ContrailError {
  return new ContrailError(
    'archive-unreadable',
    `${path} cannot be read as an archive: ${found}. Check the path and the files, then start again: rows that are sent twice count once.`,
    { facts: { path, ...facts } },
  );
}
