import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkOptions, invalidArgument, type OptionRules, shown } from '../arguments.ts';
import { DeltaError } from '../errors.ts';
import type { ParquetCodec } from '../parquet/codec.ts';
import { type HyparquetCodec, hyparquetCodec } from '../parquet/hyparquet-codec.ts';
import { localStore } from '../storage/local/local-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { isS3Url, parseS3Url } from '../storage/s3/address.ts';
import { S3_OPTIONS, type S3Options } from '../storage/s3/options.ts';
import { s3Store } from '../storage/s3/s3-store.ts';

/** What a table works with: its store, codecs, clock, randomness and so on. */
export interface TableContext {
  readonly store: ObjectStore;
  /** For data files. */
  readonly parquet: ParquetCodec;
  /** For footers and checkpoints: always JavaScript, so that looking after a table starts no engine. */
  readonly controlParquet: HyparquetCodec;
  /** Epoch ms. */
  readonly clock: () => number;
  /** A fresh UUID, for table ids and commit ids. */
  readonly newId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  /** Resolves after so many ms; rejects with the signal's reason when that fires. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** The place of a file outside the table, by its address; null if it is in a store that this table cannot reach. */
  readonly locate: (address: string) => ObjectPlace | null;
  /** Whether a checksum is written after each commit. */
  readonly checksums: boolean;
  /** Closes what was opened for this table alone. A store that the caller passed in stays open. */
  readonly close: () => Promise<void>;
}

/** An object, wherever it is. */
export interface ObjectPlace {
  readonly store: ObjectStore;
  readonly key: string;
}

export interface TableOptions {
  /** Reads and writes data files; the default is hyparquet. */
  readonly parquet?: ParquetCodec;
  /** Epoch ms; the default is the system's clock. */
  readonly clock?: () => number;
  /** A fresh UUID at each call; the default is random. */
  readonly newId?: () => string;
  /** In [0, 1), for the pauses between attempts to commit; the default is `Math.random`. */
  readonly random?: () => number;
  /** Resolves after so many ms, rejects with the signal's reason; the default is a timer. */
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** How to reach `s3://` addresses. */
  readonly s3?: S3Options;
  /**
   * Whether a checksum is written after each commit; the default is true. Readers do not need it, and without it a
   * stream of commits leaves half as many files in the log. Source: Delta protocol, "Version Checksum File".
   */
  readonly checksums?: boolean;
}

const TABLE_OPTIONS: OptionRules<TableOptions> = {
  parquet: 'object',
  clock: 'function',
  newId: 'function',
  random: 'function',
  wait: 'function',
  s3: S3_OPTIONS,
  checksums: 'flag',
};

/** Resolves a location: a local path, a `file://` or `s3://` URL, or an object store whose root is the table. */
export function contextOf(location: string | ObjectStore, options: TableOptions = {}): TableContext {
  checkLocation(location);
  checkOptions('The table', options, TABLE_OPTIONS);
  const remote = typeof location === 'string' && isS3Url(location) ? s3Store(location, options.s3) : null;
  const store = remote ?? (typeof location === 'string' ? storeOf(location) : location);
  return {
    store,
    parquet: options.parquet ?? hyparquetCodec(),
    controlParquet: hyparquetCodec(),
    clock: options.clock ?? Date.now,
    newId: options.newId ?? randomUUID,
    random: options.random ?? Math.random,
    wait: options.wait ?? pause,
    checksums: options.checksums ?? true,
    locate: isS3Url(store.url) ? (address) => locateOnS3(address, options.s3) : locateOnDisk,
    close: async () => remote?.[Symbol.asyncDispose](),
  };
}

function checkLocation(location: unknown): void {
  const isStore = typeof location === 'object' && location !== null && 'putIfAbsent' in location;
  if (isStore || (typeof location === 'string' && location !== '' && !location.includes('\0'))) return;
  throw invalidArgument(
    `The location of a table must be a path, a URL or an ObjectStore, not ${shown(location)}`,
  );
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal });
}

function storeOf(location: string): ObjectStore {
  if (location.startsWith('file:')) return localStore(pathOf(location));
  if (/^[a-zA-Z][a-zA-Z0-9+.-]+:\/\//.test(location)) {
    throw new DeltaError(
      'invalid-argument',
      `Cannot open ${location}: this library knows local paths, file:// and s3:// addresses; pass an ObjectStore for any other.`,
    );
  }
  return localStore(resolve(location));
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new DeltaError('invalid-argument', `Cannot open ${url}: it is not the address of a local folder.`, {
      cause,
    });
  }
}

function locateOnDisk(address: string): ObjectPlace | null {
  if (!address.startsWith('/') && !address.startsWith('file:')) return null;
  return { store: localStore('/'), key: address.replace(/^file:/, '').replace(/^\/+/, '') };
}

/** Null without S3 options: the caller passed in a store, and nothing is known to reach another one with. */
function locateOnS3(address: string, s3: S3Options | undefined): ObjectPlace | null {
  if (!s3 || !isS3Url(address)) return null;
  const { bucket, prefix } = parseS3Url(address);
  return { store: s3Store(`s3://${bucket}`, s3), key: prefix.slice(0, -1) };
}
