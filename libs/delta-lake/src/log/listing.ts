import type { ObjectStore } from '../storage/object-store.ts';
import { LOG_FOLDER, parseLogKey, versionPrefix } from './names.ts';

/** The files of one complete checkpoint, in order of their parts. */
export interface CheckpointFiles {
  readonly version: number;
  readonly kind: 'classic' | 'v2';
  readonly keys: readonly string[];
}

/** What the log folder holds, by version. */
export interface LogListing {
  /** Ascending. */
  readonly commits: readonly number[];
  /** Ascending; incomplete multi-part sets are left out, as the protocol asks. */
  readonly checkpoints: readonly CheckpointFiles[];
  /** Of the commit, by version. */
  readonly modifiedAtMs: ReadonlyMap<number, number>;
}

/** Lists the log, from the files of version `from` on. */
export async function listLog(store: ObjectStore, from: number = 0): Promise<LogListing> {
  const commits: number[] = [];
  const modifiedAtMs = new Map<number, number>();
  const parts = new Map<string, { version: number; parts: number; keys: (string | undefined)[] }>();
  const v2: CheckpointFiles[] = [];
  const startAfter = from > 0 ? versionPrefix(from) : LOG_FOLDER;
  for await (const { key, modifiedAtMs: time } of store.list(LOG_FOLDER, { startAfter })) {
    const name = parseLogKey(key);
    if (name?.kind === 'commit') {
      commits.push(name.version);
      modifiedAtMs.set(name.version, time);
    } else if (name?.kind === 'v2-checkpoint') {
      v2.push({ version: name.version, kind: 'v2', keys: [key] });
    } else if (name?.kind === 'checkpoint') {
      const set = `${name.version}/${name.parts}`;
      const found = parts.get(set) ?? { version: name.version, parts: name.parts, keys: [] };
      found.keys[name.part - 1] = key;
      parts.set(set, found);
    }
  }
  const classic = [...parts.values()].flatMap(({ version, parts: count, keys }): CheckpointFiles[] => {
    const whole = keys.filter((key) => key !== undefined);
    return whole.length === count ? [{ version, kind: 'classic', keys: whole }] : [];
  });
  const checkpoints = [...v2, ...classic].sort((a, b) => a.version - b.version);
  return { commits, checkpoints, modifiedAtMs };
}
