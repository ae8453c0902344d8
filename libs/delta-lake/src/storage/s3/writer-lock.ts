/**
 * One writer at a time on a store without atomic creation, by a lock object that its owner renews.
 *
 *     free ──read: nobody──────────────┐
 *      │                               ▼
 *      └─read: another's─> watching ─> claiming ─ put, let it settle, read back ─ ours ─> held ──┐ renewed every
 *                           │   ▲        │                                                 ▲  └──┘ third of the lease
 *              it was renewed   │        └ another's                                       │
 *                           ▼   │             ▼                                            │
 *                        turned away <────────┘             held ─ read: another's ─> lost (for good)
 *
 * Times are of this machine's monotonic clock and are compared only with each other: a lock is stale if *we* have seen
 * no change of it for the lease that it names, whatever the clocks of two machines say.
 *
 * It promises two things. A second program that is started by mistake is refused. A program that stood still for longer
 * than its lease finds out before its next create. Without atomic creation, no lock can promise more: a PUT that the
 * network holds back for longer than `settleMs` may still arrive when the next owner holds the lock, so every create is
 * read back.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DeltaError } from '../../errors.ts';

/** The lock object. It need not be created atomically; a read must only return the last write. */
export interface LockObject {
  /** For messages. */
  readonly address: string;
  /** Its text, null when it is absent. */
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
  remove(): Promise<void>;
}

/** What the lock object says. The program uses only `writer`, and whether the text changes; the rest is for people. */
interface LockRecord {
  /** A fresh UUID of each lock holder. */
  readonly writer: string;
  readonly owner: string;
  readonly leaseMs: number;
  /** Counts renewals, so that every renewal changes the text. */
  readonly beat: number;
  /** ISO 8601, by the owner's clock. */
  readonly since: string;
}

/** Who wants the lock, and the times of {@link SingleWriterOptions}. */
export interface LockClaim {
  readonly writer: string;
  readonly owner: string;
  readonly leaseMs: number;
  readonly settleMs: number;
}

/** Time, for tests that do not want to wait. */
export interface Pacing {
  /** Monotonic, ms. */
  now(): number;
  /** Waits; with `isBackground` the wait does not keep the process alive. */
  wait(
    ms: number,
    options: { readonly isBackground: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<void>;
}

export const SYSTEM_PACING: Pacing = {
  now: () => performance.now(),
  wait: (ms, { isBackground, signal }) => pause(ms, undefined, { ref: !isBackground, signal }),
};

/** How often a watched lock is read per lease. */
const LOOKS_PER_LEASE = 15;

/** The lock, as one process sees it. */
export class WriterLock {
  readonly #object: LockObject;
  readonly #claim: LockClaim;
  readonly #pacing: Pacing;
  readonly #end = new AbortController();
  #beat = 0;
  #since = '';
  /** When we last renewed the lock; null while we do not hold it. */
  #renewedAt: number | null = null;
  #acquiring: Promise<void> | null = null;
  #lost: DeltaError | null = null;
  #renewing: Promise<void> | null = null;

  constructor(object: LockObject, claim: LockClaim, pacing: Pacing = SYSTEM_PACING) {
    this.#object = object;
    this.#claim = claim;
    this.#pacing = pacing;
  }

  /**
   * Resolves when the lock is ours; takes it first if necessary. Call it before every create.
   * @throws DeltaError writer-locked: another has it, or has taken it from us
   */
  async hold(): Promise<void> {
    if (this.#lost) throw this.#lost;
    if (this.#end.signal.aborted) {
      throw new DeltaError(
        'invalid-argument',
        `Cannot write: the store was closed and its lock ${this.#object.address} released.`,
      );
    }
    // We stood still for a lease, so another writer may be about to claim the lock: claim it again from the start.
    const isFresh = this.#renewedAt !== null && this.#pacing.now() - this.#renewedAt < this.#claim.leaseMs;
    if (isFresh && this.#acquiring === null) return this.#verify();
    this.#acquiring ??= this.#acquire().finally(() => (this.#acquiring = null));
    return this.#acquiring;
  }

  /** Releases the lock, so that the next writer need not wait for the lease to end. */
  async release(): Promise<void> {
    this.#end.abort();
    await Promise.allSettled([this.#acquiring, this.#renewing]);
    if (this.#renewedAt === null) return;
    try {
      if ((await this.#read())?.record?.writer === this.#claim.writer) await this.#object.remove();
    } catch {
      // The store cannot be reached, or its signal has fired: the lease ends by itself.
    }
  }

  async #acquire(): Promise<void> {
    const { writer, settleMs } = this.#claim;
    const seen = await this.#read();
    if (seen && seen.record?.writer !== writer) await this.#watch(seen);
    this.#since = new Date().toISOString();
    await this.#renew();
    await this.#pacing.wait(settleMs, { isBackground: false });
    await this.#verify();
    this.#renewing ??= this.#keepRenewing();
  }

  /** Returns when the lock was not renewed for its lease, or is gone. */
  async #watch(first: Seen): Promise<void> {
    const leaseMs = first.record?.leaseMs ?? this.#claim.leaseMs;
    const started = this.#pacing.now();
    while (this.#pacing.now() - started < leaseMs) {
      await this.#pacing.wait(leaseMs / LOOKS_PER_LEASE, { isBackground: false });
      const now = await this.#read();
      if (!now) return;
      if (now.text !== first.text) throw this.#refused(now);
    }
  }

  async #verify(): Promise<void> {
    const seen = await this.#read();
    if (seen?.record?.writer !== this.#claim.writer) throw this.#refused(seen);
  }

  async #renew(): Promise<void> {
    const { writer, owner, leaseMs } = this.#claim;
    const record: LockRecord = { writer, owner, leaseMs, beat: ++this.#beat, since: this.#since };
    // The lease counts from before the request, so for us it ends sooner than for anybody else.
    const startedAt = this.#pacing.now();
    await this.#object.write(JSON.stringify(record));
    this.#renewedAt = startedAt;
  }

  /** Never rejects: after a failure, the next create finds that the lease is over or that another holds the lock. */
  async #keepRenewing(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted && !this.#lost) {
      try {
        await this.#pacing.wait(this.#claim.leaseMs / 3, { isBackground: true, signal });
        await this.#verify();
        await this.#renew();
      } catch {
        // The renewal was stopped, the lock is lost (and that is noted), or the store cannot be reached for now.
      }
    }
  }

  async #read(): Promise<Seen | null> {
    const text = await this.#object.read();
    return text === null ? null : { text, record: parseRecord(text) };
  }

  /**
   * The error when another writer has the lock. A former holder cannot take it again: what it knows of the table may be
   * out of date.
   */
  #refused(seen: Seen | null): DeltaError {
    const wasHeld = this.#renewing !== null;
    this.#renewedAt = null;
    const what = wasHeld ? 'the lock was taken over by' : 'it is being written by';
    const who = seen?.record ? `${seen.record.owner}, since ${seen.record.since}` : 'somebody else';
    const error = new DeltaError(
      'writer-locked',
      `Cannot write: the store takes one writer at a time, and ${what} ${who} (lock ${this.#object.address}). Stop that one, or wait until it ends.`,
      { facts: { lock: this.#object.address, owner: seen?.record?.owner ?? null } },
    );
    if (wasHeld) this.#lost = error;
    return error;
  }
}

interface Seen {
  readonly text: string;
  /** Null: not in the form that we write; it is watched like any other lock. */
  readonly record: LockRecord | null;
}

function parseRecord(text: string): LockRecord | null {
  try {
    const { writer, owner, leaseMs, beat, since } = JSON.parse(text) as Partial<LockRecord>;
    if (typeof writer !== 'string' || typeof leaseMs !== 'number' || !(leaseMs > 0)) return null;
    return { writer, owner: String(owner), leaseMs, beat: Number(beat), since: String(since) };
  } catch {
    return null;
  }
}
