import {
  creationIn,
  isAtomicEndpoint,
  localStore,
  type ObjectStore,
  s3FromEnvironment,
  type S3Options,
  s3Store,
  type TableOptions,
} from '@contrail/delta-lake';
import { resolve } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { Lake } from '../../lake/lake.ts';
import type { Figure } from '../../metrics/exposition.ts';
import { S3Figures } from '../../metrics/s3.ts';
import { cacheFolder, lakeFolder } from '../data-folder.ts';
import { LakeLock, LOCK_KEY, lockOwner } from './lake-lock.ts';
import { say } from '../terminal/say.ts';
import { SYSTEM } from '../system.ts';

/** Parts of large files, and requests at the same time: together they bound the memory for S3, 80 MB. */
const PART_BYTES = 5 << 20;
const MAX_REQUESTS = 16;

/** A claim that takes longer than this is watching a lock that was not released, or the store is slow. */
const WATCHING_AFTER_MS = 2_500;
const WATCHING =
  'Checking whether another pipeline still uses this lake, on another machine for example. This takes up to 15 s.';

const NO_LINKS =
  'The file system of the lake has no hard links, so Contrail creates versions of tables by renames. This is safe only if no other program writes these tables.';

/** A lake in its place, with its lock. Disposing releases the lock. */
export interface LakeHome extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly lake: Lake;
  /** The requests to the store so far; none on a disk. */
  readonly figures: () => readonly Figure[];
  /**
   * Makes sure, before any work, that this process is the one pipeline that writes; waits up to 15 s where the last one
   * may be alive on another machine.
   * @throws ContrailError `conflict` / `lake-in-use`, which names the other; DeltaError `access-denied`, …
   */
  claim(): Promise<void>;
  /** Makes sure that it still is; cheap, before each micro-batch. @throws as {@link claim} */
  hold(): Promise<void>;
}

/**
 * The lake of the settings: in the bucket at GARAGE_ENDPOINT, else in the data folder. Need not exist; no I/O.
 * @param signal ends the wait for a store that does not answer
 * @param command the command that asks; a pipeline that its claim refuses reads it in the error
 */
export function openLake(
  settings: Settings,
  data: string,
  signal?: AbortSignal,
  command = 'pipeline',
): LakeHome {
  const requests = new S3Figures();
  const remote =
    settings.garageEndpoint === null
      ? null
      : s3Store(`s3://${settings.bucketName}`, {
          ...s3Options(settings, settings.bucketName, command),
          ...(signal === undefined ? {} : { retryUntil: signal }),
          onRequest: (request) => requests.add(request),
          cache: { folder: cacheFolder(data), maxBytes: settings.lakeCacheBytes, clock: SYSTEM.clock },
        });
  const store = remote ?? localStore(resolve(lakeFolder(data)));
  // A store that cannot arbitrate between writers has its own lock, and that one is enough.
  const lock = hasOwnLock(settings.garageEndpoint) ? null : new LakeLock(store, lockOwner(command));
  return {
    store,
    figures: () => (remote === null ? [] : requests.figures()),
    lake: new Lake(
      store,
      SYSTEM.clock,
      { retentionMs: settings.lakeRetentionMs, files: settings.lakeFiles },
      settings.keep ?? undefined,
    ),
    async claim() {
      const notice = setTimeout(() => say(WATCHING), WATCHING_AFTER_MS);
      try {
        await remote?.claim();
        if (remote === null && (await creationIn(lakeFolder(data))) === 'claims') say(NO_LINKS);
        await lock?.claim();
      } finally {
        clearTimeout(notice);
      }
    },
    hold: async () => lock?.hold(),
    async [Symbol.asyncDispose]() {
      await lock?.[Symbol.asyncDispose]();
      await remote?.[Symbol.asyncDispose]();
    },
  };
}

/**
 * What a command needs to open a table at `path`. For `s3://` that is the store at GARAGE_ENDPOINT or, where that is unset,
 * the store of the usual AWS variables. Any other path needs no settings, and none are read.
 */
export function tableOptions(path: string, settingsOf: () => Settings): TableOptions {
  const bucket = /^s3a?:\/\/([^/]+)/.exec(path)?.[1];
  if (bucket === undefined) return {};
  const settings = settingsOf();
  if (settings.garageEndpoint === null) return { s3: s3FromEnvironment(process.env) };
  return { s3: s3Options(settings, bucket) };
}

/** Whether the store of an endpoint locks by itself, at every create, because it cannot arbitrate between writers. */
const hasOwnLock = (endpoint: string | null): boolean => endpoint !== null && !isAtomicEndpoint(endpoint);

function s3Options(settings: Settings, bucket: string, command = 'table'): S3Options {
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
    // A lake has one pipeline anyway, so a lock in the store costs nothing.
    ...(hasOwnLock(endpoint)
      ? {
          singleWriter: {
            owner: lockOwner(command),
            ...(bucket === settings.bucketName ? { lockKey: LOCK_KEY } : {}),
          },
        }
      : {}),
  };
}
