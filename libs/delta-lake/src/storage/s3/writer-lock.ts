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
 * Times are of this machine's monotonic clock and only ever compared with themselves: a lock is stale when *we* have
 * watched it stand still for the lease it names, whatever the clocks of two machines say.
 *
 * What it can promise: a second program that is started by mistake is turned away, and one that stood still for longer
 * than its lease finds out before its next create. What no lock without atomic creation can: a PUT that the network
 * holds back for longer than `settleMs` may still land in the next owner's time; every create is therefore read back.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DeltaError } from '../../errors.ts';

/** The object that is the lock: it need not be created atomically, only be read as it was last written. */
export interface LockObject {
  /** For messages. */
  readonly address: string;
  /** Its text, null when it is absent. */
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
  remove(): Promise<void>;
}

/** What the lock object says. Only `writer` and whether the text changes matter; the rest is for people. */
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
  /** A wait that `isBackground` does not keep the process alive. */
  wait(
    ms: number,
    options: { readonly isBackground: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<void>;
}

export const SYSTEM_PACING: Pacing = {
  now: () => performance.now(),
  wait: (ms, { isBackground, signal }) => pause(ms, undefined, { ref: !isBackground, signal }),
};

/** Looks at a lock while watching it, per lease. */
const LOOKS_PER_LEASE = 15;

/** The lock, as one process sees it. */
export class WriterLock {
  readonly #object: LockObject;
  readonly #claim: LockClaim;
  readonly #pacing: Pacing;
  readonly #end = new AbortController();
  #beat = 0;
  #since = '';
  /** When the store last heard from us; null while we do not hold the lock. */
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
   * Resolves when the lock is ours as of now; takes it first where need be. To be called before every create.
   * @throws DeltaError writer-locked: another has it, or has taken it from us
   */
  async hold(): Promise<void> {
    if (this.#lost) throw this.#lost;
    if (this.#end.signal.aborted) {
      throw new DeltaError(
        'invalid-argument',
        `The store was closed and its lock ${this.#object.address} given back.`,
      );
    }
    // A holder that stood still for a lease may have a successor that has not settled yet: claim as at first.
    const isFresh = this.#renewedAt !== null && this.#pacing.now() - this.#renewedAt < this.#claim.leaseMs;
    if (isFresh && this.#acquiring === null) return this.#verify();
    this.#acquiring ??= this.#acquire().finally(() => (this.#acquiring = null));
    return this.#acquiring;
  }

  /** Gives the lock back, so that the next writer need not wait for the lease to end. */
  async release(): Promise<void> {
    this.#end.abort();
    await Promise.allSettled([this.#acquiring, this.#renewing]);
    if (this.#renewedAt === null) return;
    try {
      if ((await this.#read())?.record?.writer === this.#claim.writer) await this.#object.remove();
    } catch {
      // The store is out of reach, or its signal has fired: the lease ends by itself.
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

  /** Returns when the lock stood still for its lease, or is gone. */
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
    // The lease counts from before the request: so we think it over sooner than anybody else does.
    const startedAt = this.#pacing.now();
    await this.#object.write(JSON.stringify(record));
    this.#renewedAt = startedAt;
  }

  /** Never rejects: a failure shows at the next create, which finds the lease over or the lock another's. */
  async #keepRenewing(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted && !this.#lost) {
      try {
        await this.#pacing.wait(this.#claim.leaseMs / 3, { isBackground: true, signal });
        await this.#verify();
        await this.#renew();
      } catch {
        // Stopped, lost (and remembered), or the store is out of reach for the moment.
      }
    }
  }

  async #read(): Promise<Seen | null> {
    const text = await this.#object.read();
    return text === null ? null : { text, record: parseRecord(text) };
  }

  /** Another has the lock. The former holder does not come back: what it knows of the table may be out of date. */
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
  /** null: not a lock of ours; it is watched like any other. */
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
