import type { ObjectStore } from '../storage/object-store.ts';
import { LOG_FOLDER, type LogName, parseLogKey, versionPrefix } from './names.ts';

/** The files of one complete checkpoint, in order of their parts. */
export interface CheckpointFiles {
  readonly version: number;
  readonly kind: 'classic' | 'v2';
  readonly keys: readonly string[];
}

/**
 * What the log folder holds from a version on, as the listing showed it. A reader can count on this:
 *
 * 1. `commits` is ascending and has each version once; versions may be missing, at the start (cleanup) and between (damage).
 * 2. `checkpoints` is ascending and has whole ones alone: of a multi-part set every part was listed. A version may have
 *    several, and a file of one may be torn, or gone by the time it is read.
 * 3. `modifiedAtMs` and `commitBytes` know every version of `commits`, and no other.
 * 4. A checkpoint may be of a version whose commit is not listed.
 */
export interface LogListing {
  readonly commits: readonly number[];
  /** Incomplete multi-part sets are left out, as the protocol asks. */
  readonly checkpoints: readonly CheckpointFiles[];
  /** Of the commit, by version. */
  readonly modifiedAtMs: ReadonlyMap<number, number>;
  /** Of the commit, by version. */
  readonly commitBytes: ReadonlyMap<number, number>;
}

/** Lists the log, from the files of version `from` on. */
export async function listLog(store: ObjectStore, from: number = 0): Promise<LogListing> {
  const commits: number[] = [];
  const modifiedAtMs = new Map<number, number>();
  const commitBytes = new Map<number, number>();
  const checkpoints = new CheckpointSets();
  const startAfter = from > 0 ? versionPrefix(from) : LOG_FOLDER;
  for await (const { key, bytes, modifiedAtMs: time } of store.list(LOG_FOLDER, { startAfter })) {
    const name = parseLogKey(key);
    if (name?.kind === 'commit') {
      commits.push(name.version);
      modifiedAtMs.set(name.version, time);
      commitBytes.set(name.version, bytes);
    } else if (name) checkpoints.take(name, key);
  }
  return { commits, checkpoints: checkpoints.complete(), modifiedAtMs, commitBytes };
}

/** Gathers the files of checkpoints from a listing. */
export class CheckpointSets {
  readonly #v2: CheckpointFiles[] = [];
  readonly #classic = new Map<
    string,
    { readonly version: number; readonly parts: number; readonly keys: (string | undefined)[] }
  >();

  /** Takes one key of the listing; what is no part of a checkpoint is passed over. */
  take(name: LogName, key: string): void {
    if (name.kind === 'v2-checkpoint') this.#v2.push({ version: name.version, kind: 'v2', keys: [key] });
    if (name.kind !== 'checkpoint') return;
    const { version, part, parts } = name;
    const set = `${version}/${parts}`;
    const found = this.#classic.get(set) ?? { version, parts, keys: [] };
    found.keys[part - 1] = key;
    this.#classic.set(set, found);
  }

  /** Those of which every part is there, ascending. */
  complete(): CheckpointFiles[] {
    const classic = [...this.#classic.values()].flatMap(({ version, parts, keys }): CheckpointFiles[] => {
      const whole = keys.filter((key) => key !== undefined);
      return whole.length === parts ? [{ version, kind: 'classic', keys: whole }] : [];
    });
    return [...this.#v2, ...classic].sort((a, b) => a.version - b.version);
  }
}
