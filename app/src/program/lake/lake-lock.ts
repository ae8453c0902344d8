/**
 * One pipeline at a time on a lake, on a disk as on S3: the lock object that `WriterLock` of the library renews and
 * watches, so that processes on different machines see each other. On a disk there is a lock of the kernel before it:
 * on the same machine it turns a second pipeline away at once, and tells at once that the first one has died.
 *
 *     kernel lock is another's ──────────────────────────────────────────> refused
 *     kernel lock is ours, record of this machine, its process has ended ─> ours
 *     else: record of another machine, or a store without such a lock ────> watched for a lease: it moves: refused; it stands: ours
 */
import { hasCode, type LockObject, type ObjectStore, WriterLock } from '@contrail/delta-lake';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { identify, isAlive, type ProcessId } from '../../cluster/process-table.ts';
import { ContrailError } from '../../errors.ts';
import { KernelLock } from './kernel-lock.ts';

/** One lock for every table of the lake and for its batch records. */
export const LOCK_KEY = '_contrail/_writer_lock.json';
const KERNEL_LOCK = '_contrail/pipeline.lock';

/** How long a lock is believed that nobody renews, and how long a claim settles where writes of two may cross. */
const LEASE_MS = 15_000;
const RECORD_LOOKS = 20;
const RECORD_LOOK_MS = 50;
const SETTLE_MS = { local: 0, remote: 1_000 } as const;

/** The writer, as the one that is turned away is told of it. */
export const lockOwner = (command: string): string =>
  `"contrail ${command}" (process ${process.pid} on ${hostname()})`;

/** Where the record of a lock was written: a kernel knows its own processes and no others. */
interface Writer extends ProcessId {
  readonly machine: string;
}

/** The lock of a lake, as one process sees it. Disposing gives it back. */
export class LakeLock implements AsyncDisposable {
  readonly #store: ObjectStore;
  readonly #owner: string;
  #lock: WriterLock | null = null;
  #kernel: KernelLock | null = null;

  constructor(store: ObjectStore, owner: string) {
    this.#store = store;
    this.#owner = owner;
  }

  /**
   * Makes sure, before any work, that this process is the one that writes.
   * @throws ContrailError `conflict` / `lake-in-use`, which names the other
   */
  async claim(): Promise<void> {
    const { url } = this.#store;
    const isLocal = url.startsWith('file:');
    // A claim that failed is made again, as on a full disk; the kernel's lock is ours since the first.
    if (isLocal && this.#kernel === null) {
      const kernel = await KernelLock.take(join(fileURLToPath(url), KERNEL_LOCK));
      if (kernel === 'held') throw lakeInUse(url, await this.#recordOfHolder());
      this.#kernel = kernel === 'unsupported' ? null : kernel;
    }
    const self: Writer = { machine: machine(), ...((await identify(process.pid)) ?? NOBODY) };
    const found = parseRecord(await readText(this.#store));
    // The kernel's lock was free: somebody has deleted its file. Asked for is the process, which is still there.
    if (this.#kernel !== null && found !== null && found.pid !== self.pid && (await isThere(found, self)))
      throw lakeInUse(url, found);
    this.#lock = new WriterLock(this.#object(self), {
      writer: randomUUID(),
      owner: this.#owner,
      leaseMs: LEASE_MS,
      settleMs: isLocal ? SETTLE_MS.local : SETTLE_MS.remote,
    });
    await this.hold();
  }

  /** Makes sure that the lock is still ours. @throws as {@link claim} */
  async hold(): Promise<void> {
    try {
      await this.#lock?.hold();
    } catch (error) {
      if (!hasCode(error, 'writer-locked')) throw error;
      throw lakeInUse(this.#store.url, parseRecord(await readText(this.#store)), error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock?.release();
    this.#kernel?.[Symbol.dispose]();
    this.#kernel = null;
  }

  /** The holder of the kernel's lock may still have to write the record, when both have just been started. */
  async #recordOfHolder(): Promise<LakeRecord | null> {
    for (let looks = 0; looks < RECORD_LOOKS; looks++) {
      const record = parseRecord(await readText(this.#store));
      if (record !== null) return record;
      await wait(RECORD_LOOK_MS);
    }
    return null;
  }

  #object(self: Writer): LockObject {
    const store = this.#store;
    let own: string | null = null;
    return {
      address: `${store.url}/${LOCK_KEY}`,
      read: async () => {
        const text = await readText(store);
        // The kernel's word counts for more than the file's: a record that was deleted is no loss, and one that another
        // process of this machine has left behind is no lock.
        if (this.#kernel === null) return text;
        if (text === null) return own;
        return text !== own && parseRecord(text)?.machine === self.machine ? own : text;
      },
      write: async (text) => {
        own = JSON.stringify({ ...(JSON.parse(text) as object), ...self });
        await store.put(LOCK_KEY, own);
      },
      remove: () => store.delete(LOCK_KEY),
    };
  }
}

/** Whether a record's process is one that we see on our own machine. */
const isThere = async ({ machine: where, pid, began }: LakeRecord, self: Writer): Promise<boolean> =>
  where === self.machine && pid !== undefined && began !== undefined && (await isAlive({ pid, began }));

const NOBODY: ProcessId = { pid: 0, began: '' };

/** A lake that another process writes. Running commands that only read is always possible. */
function lakeInUse(url: string, found: LakeRecord | null, cause?: unknown): ContrailError {
  const who = found?.owner ?? 'another pipeline';
  const since = found?.since === undefined ? '' : ` since ${found.since}`;
  return new ContrailError(
    'lake-in-use',
    `Cannot write to the lake ${url}: ${who} has been writing to it${since}. A lake takes one pipeline at a time. Stop that one, or give this one a lake of its own: --data DIR.`,
    { cause, facts: { lake: url, owner: found?.owner ?? null, since: found?.since ?? null } },
  );
}

type LakeRecord = Partial<Writer & { readonly owner: string; readonly since: string }>;

function parseRecord(text: string | null): LakeRecord | null {
  try {
    const record = JSON.parse(text ?? 'null') as unknown;
    return typeof record === 'object' ? (record as LakeRecord | null) : null;
  } catch {
    return null;
  }
}

async function readText(store: ObjectStore): Promise<string | null> {
  try {
    return Buffer.from(await store.get(LOCK_KEY)).toString('utf8');
  } catch (error) {
    if (hasCode(error, 'object-not-found')) return null;
    throw error;
  }
}

/** A name for the kernel that runs us, the same in all its containers. Source: random(4), boot_id. */
function machine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname();
  }
}
