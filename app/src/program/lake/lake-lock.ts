/**
 * Allows one pipeline at a time on a lake, on a disk and on S3. The library's `WriterLock` renews and watches a lock
 * object, so that processes on different machines see each other. On a disk the kernel's lock comes first: on the same
 * machine it refuses a second pipeline at once, and shows at once that the first one has died.
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

/** How long a lock counts without a renewal, and how long a claim must settle because two writes may cross. */
const LEASE_MS = 15_000;
const RECORD_LOOKS = 20;
const RECORD_LOOK_MS = 50;
const SETTLE_MS = { local: 0, remote: 1_000 } as const;

/** Names the writer in the error that a second one gets. */
export const lockOwner = (command: string): string =>
  `"contrail ${command}" (process ${process.pid} on ${hostname()})`;

/** The process that wrote a lock's record, and its machine: a kernel knows only its own processes. */
interface Writer extends ProcessId {
  readonly machine: string;
}

/** The lock of a lake, as one process sees it. Disposing releases it. */
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
    // Callers repeat a claim that failed, for example on a full disk. We hold the kernel's lock since the first one.
    if (isLocal && this.#kernel === null) {
      const kernel = await KernelLock.take(join(fileURLToPath(url), KERNEL_LOCK));
      if (kernel === 'held') throw lakeInUse(url, await this.#recordOfHolder());
      this.#kernel = kernel === 'unsupported' ? null : kernel;
    }
    const self: Writer = { machine: machine(), ...((await identify(process.pid)) ?? NOBODY) };
    const found = parseRecord(await readText(this.#store));
    // The kernel's lock was free, but its holder may be alive if the file was deleted. So check for its process.
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
        // The kernel's lock outweighs the file: nothing is lost with a deleted record, and a record that another process of
        // this machine left behind locks nothing.
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

/** Whether the process of a record runs on this machine. */
const isThere = async ({ machine: where, pid, began }: LakeRecord, self: Writer): Promise<boolean> =>
  where === self.machine && pid !== undefined && began !== undefined && (await isAlive({ pid, began }));

const NOBODY: ProcessId = { pid: 0, began: '' };

/** Another process writes the lake. Commands that only read can still run. */
function lakeInUse(url: string, found: LakeRecord | null, cause?: unknown): ContrailError {
  const who = found?.owner ?? 'another pipeline';
  const since = found?.since === undefined ? '' : ` since ${found.since}`;
  return new ContrailError(
    'lake-in-use',
    `Cannot write to the lake ${url}: ${who} has been writing to it${since}. A lake allows one pipeline at a time. Stop that one, or give this one a lake of its own: --data DIR.`,
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

/** Names the running kernel, the same in all its containers. Source: random(4), boot_id. */
function machine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname();
  }
}
