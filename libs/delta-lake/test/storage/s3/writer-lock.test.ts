import { describe, expect, onTestFinished, test } from 'vitest';
import { type LockObject, type Pacing, WriterLock } from '../../../src/storage/s3/writer-lock.ts';

/** Time that goes on only when everybody waits; the shortest wait ends first. */
class FakeTime {
  #now = 0;
  readonly #waiting = new Set<{ at: number; resolve: () => void }>();

  /** A clock that began at another time: monotonic clocks of two machines have nothing in common. */
  pacing(offsetMs: number = 0): Pacing {
    return {
      now: () => this.#now + offsetMs,
      wait: (ms, { signal }) =>
        new Promise((resolve, reject) => {
          const entry = { at: this.#now + ms, resolve };
          this.#waiting.add(entry);
          signal?.addEventListener('abort', () => {
            this.#waiting.delete(entry);
            reject(signal.reason as Error);
          });
        }),
    };
  }

  /** Lets `ms` pass, with everything that falls due in it. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      // Everything that can go on without time has gone on.
      await new Promise((resolve) => setImmediate(resolve));
      const next = [...this.#waiting].sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.#waiting.delete(next);
      this.#now = next.at;
      next.resolve();
    }
    this.#now = end;
  }
}

describe('the lock', () => {
  const CLAIM = { leaseMs: 15_000, settleMs: 1_000 };

  function world(): {
    readonly time: FakeTime;
    /** What the lock object holds. */
    readonly stored: { text: string | null };
    readonly lock: (owner: string, offsetMs?: number) => WriterLock;
  } {
    const stored: { text: string | null } = { text: null };
    const object: LockObject = {
      address: 's3://bucket/lock',
      read: async () => stored.text,
      write: async (text) => void (stored.text = text),
      remove: async () => void (stored.text = null),
    };
    const time = new FakeTime();
    const lock = (owner: string, offsetMs: number = 0): WriterLock => {
      const made = new WriterLock(object, { ...CLAIM, writer: owner, owner }, time.pacing(offsetMs));
      onTestFinished(() => made.release());
      return made;
    };
    return { time, stored, lock };
  }

  const outcome = (promise: Promise<void>): Promise<string> =>
    promise.then(
      () => 'held',
      (error: { code?: string }) => String(error.code),
    );

  test('that nobody has is taken after it has settled, and stays with its owner', async () => {
    const { time, lock } = world();
    const one = lock('one');
    const held = outcome(one.hold());
    await time.pass(1_000);
    expect(await held).toBe('held');
    await time.pass(100_000);
    expect(await outcome(one.hold())).toBe('held');
  });

  test('of two that come at the same moment lets one in', async () => {
    const { time, lock } = world();
    const both = Promise.all([outcome(lock('one').hold()), outcome(lock('two').hold())]);
    await time.pass(2_000);
    expect((await both).sort()).toEqual(['held', 'writer-locked']);
  });

  test('turns a second one away as soon as it sees a sign of life, whatever the clocks say', async () => {
    const { time, lock } = world();
    const first = outcome(lock('one', 1e9).hold());
    await time.pass(1_000);
    expect(await first).toBe('held');
    const second = outcome(lock('two', -1e9).hold());
    await time.pass(6_000);
    expect(await second).toBe('writer-locked');
  });

  test('of one that died is taken over when it stood still for a lease, not sooner', async () => {
    const { time, stored, lock } = world();
    const dead = JSON.stringify({
      writer: 'dead',
      owner: 'dead',
      leaseMs: 15_000,
      beat: 7,
      since: 'tomorrow',
    });
    stored.text = dead;
    let isHeld = false;
    const taking = lock('two')
      .hold()
      .then(() => (isHeld = true));
    await time.pass(14_900);
    expect(isHeld).toBe(false);
    expect(stored.text).toBe(dead);
    await time.pass(3_000);
    await taking;
    expect(stored.text).toContain('"two"');
  });

  test('that is not a lock of ours is watched too', async () => {
    const { time, stored, lock } = world();
    stored.text = '?';
    const taking = outcome(lock('two').hold());
    await time.pass(17_000);
    expect(await taking).toBe('held');
  });

  test('is lost for good to the writer that took it over', async () => {
    const { time, stored, lock } = world();
    const one = lock('one');
    const first = outcome(one.hold());
    await time.pass(1_000);
    expect(await first).toBe('held');
    const two = JSON.stringify({ writer: 'two', owner: 'two', leaseMs: 15_000, beat: 1, since: 'now' });
    stored.text = two;
    await expect(one.hold()).rejects.toThrow(/the lock was taken over by two, since now/);
    stored.text = null;
    expect(await outcome(one.hold())).toBe('writer-locked');
    await one.release();
  });

  test('is left alone by the release of one that does not have it', async () => {
    const { time, stored, lock } = world();
    const [one, two] = [lock('one'), lock('two')];
    const first = outcome(one.hold());
    await time.pass(1_000);
    await first;
    const second = outcome(two.hold());
    await time.pass(6_000);
    expect(await second).toBe('writer-locked');
    await two.release();
    expect(stored.text).toContain('"one"');
    await one.release();
    expect(stored.text).toBeNull();
  });
});
