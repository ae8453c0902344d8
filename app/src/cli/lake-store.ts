import {
  isAtomicEndpoint,
  localStore,
  type ObjectStore,
  s3FromEnvironment,
  type S3Options,
  s3Store,
  type TableOptions,
} from '@contrail/delta-lake';
import { join, resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { Lake } from '../lake/lake.ts';
import { lakeFolder, settingsOf, SYSTEM } from './context.ts';

/** One lock for every table of the lake and for its batch records. */
const LOCK_KEY = '_contrail/_writer_lock.json';
/** Parts of large files, and requests at once: together the memory that S3 may take, 80 MB. */
const PART_BYTES = 5 << 20;
const MAX_REQUESTS = 16;

/** Where the lake is. Disposing gives back what a writer holds. */
export interface LakeHome extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly lake: Lake;
  /**
   * Makes sure, before any work, that this process is the one that may write.
   * @throws DeltaError `writer-locked` when another process writes to a lake on S3, `access-denied`, …
   */
  claim(): Promise<void>;
}

/**
 * The lake of the settings: in the bucket at GARAGE_ENDPOINT, else in the data folder. Need not exist; no I/O.
 * @param signal when it fires, a store that is away is not waited for any longer
 */
export function openLake(settings: Settings, data: string, signal?: AbortSignal): LakeHome {
  const remote =
    settings.garageEndpoint === null
      ? null
      : s3Store(`s3://${settings.bucketName}`, {
          ...s3Options(settings, settings.bucketName),
          ...(signal === undefined ? {} : { retryUntil: signal }),
          cache: { folder: join(data, 'cache'), maxBytes: settings.lakeCacheBytes, clock: SYSTEM.clock },
        });
  const store = remote ?? localStore(resolve(lakeFolder(data)));
  return {
    store,
    lake: new Lake(store, SYSTEM.clock),
    claim: async () => remote?.claim(),
    [Symbol.asyncDispose]: async () => remote?.[Symbol.asyncDispose](),
  };
}

/** Flags of a command, settings among them. */
export type SettingFlags = Readonly<Record<string, unknown>>;

/**
 * What a command needs to open a table at `path`: for `s3://`, the store at GARAGE_ENDPOINT; where that is unset, the one
 * that the usual AWS variables say. Settings are looked at for `s3://` alone.
 */
export function tableOptions(path: string, flags: SettingFlags): TableOptions {
  const bucket = /^s3a?:\/\/([^/]+)/.exec(path)?.[1];
  if (bucket === undefined) return {};
  const settings = settingsOf(flags);
  if (settings.garageEndpoint === null) return { s3: s3FromEnvironment(process.env) };
  return { s3: s3Options(settings, bucket) };
}

function s3Options(settings: Settings, bucket: string): S3Options {
  const endpoint = settings.garageEndpoint ?? '';
  return {
    endpoint,
    region: settings.s3Region,
    credentials: {
      accessKeyId: settings.accessKey ?? '',
      secretAccessKey: settings.secretKey?.reveal() ?? '',
    },
    partBytes: PART_BYTES,
    maxRequests: MAX_REQUESTS,
    clock: SYSTEM.clock,
    random: SYSTEM.random,
    // A lake has one pipeline anyway; so the lock costs nobody anything where the store cannot arbitrate.
    ...(isAtomicEndpoint(endpoint)
      ? {}
      : { singleWriter: bucket === settings.bucketName ? { lockKey: LOCK_KEY } : true }),
  };
}
