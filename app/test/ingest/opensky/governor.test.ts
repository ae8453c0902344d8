import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BUCKETS,
  type Bucket,
  creditsAfter,
  creditsAtStart,
  nextRefillMs,
} from '../../../src/ingest/opensky/credits.ts';
import { type CreditMode, type Situation, nextPollMs, slowMs } from '../../../src/ingest/opensky/governor.ts';

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`);
const [MIDNIGHT, NOON] = [at('00:00:00'), at('12:00:00')];

/** After a poll at a time, with the rest of a bucket. */
function after(nowMs: number, more: Partial<Situation> & { readonly left?: number } = {}): Situation {
  const { left = 396, ...rest } = more;
  const credits = { ...creditsAtStart('anonymous', nowMs), left };
  return {
    mode: 'watch',
    credits,
    cost: 4,
    lastMs: nowMs,
    nowMs,
    gridMs: 10_000,
    watchedSinceMs: null,
    ...rest,
  };
}
const paceOf = (situation: Situation) => nextPollMs(situation) - (situation.lastMs ?? 0);

describe('the next poll', () => {
  test('comes at once where there was none', () => {
    expect(nextPollMs(after(NOON, { lastMs: null }))).toBe(NOON);
  });

  test.each([
    ['anonymous', 4, 864_000],
    ['standard', 4, 86_400],
    ['feeder', 4, 43_200],
    ['licensed', 4, 5_000],
    ['anonymous', 1, 216_000],
    ['standard', 1, 21_600],
  ] as const)('of a %s account at %i credits comes evenly after %i ms', (bucket, cost, paceMs) => {
    const left = BUCKETS[bucket].credits - cost;
    const credits = { ...creditsAtStart(bucket, MIDNIGHT), left };
    const gridMs = bucket === 'anonymous' ? 10_000 : 5_000;
    for (const mode of ['even', 'watch'] as const) {
      expect(paceOf(after(MIDNIGHT, { mode, credits, cost, gridMs }))).toBe(paceMs);
    }
  });

  test('spends in the mode even all that is left, and keeps in the mode watch what the even pace does not need', () => {
    expect(paceOf(after(NOON, { mode: 'even' }))).toBe(432_000);
    expect(paceOf(after(NOON))).toBe(864_000);
    expect(paceOf(after(NOON, { mode: 'save' }))).toBe(1_728_000);
  });

  test('comes soon while somebody looks, so that the positions are of the last minute for half an hour', () => {
    expect(paceOf(after(NOON, { watchedSinceMs: NOON }))).toBe(45_000);
    expect(paceOf(after(NOON, { mode: 'even', watchedSinceMs: NOON }))).toBe(432_000);
  });

  test('comes as often as the credits last for two hours where there are many', () => {
    const credits = { ...creditsAtStart('standard', NOON), left: 3_996 };
    expect(paceOf(after(NOON, { credits, gridMs: 5_000, watchedSinceMs: NOON }))).toBe(14_400);
  });

  test('comes evenly through the half hour where they do not last for it', () => {
    // 49 are needed until midnight, 10 more are there.
    expect(paceOf(after(NOON, { left: 4 * 59, watchedSinceMs: NOON }))).toBe(180_000);
  });

  test('comes as if nobody looked where all that is left is needed', () => {
    expect(paceOf(after(MIDNIGHT, { watchedSinceMs: MIDNIGHT }))).toBe(864_000);
    expect(paceOf(after(MIDNIGHT, { mode: 'save', watchedSinceMs: MIDNIGHT }))).toBe(45_000);
  });

  test('is spread where less is left than the even pace needs', () => {
    expect(paceOf(after(NOON, { left: 4 * 11 }))).toBe(3_600_000);
  });

  test('waits for the refill, and a little longer, when none can be paid', () => {
    expect(nextPollMs(after(NOON, { left: 3 }))).toBe(MIDNIGHT + 86_403_000);
    const credits = { ...creditsAtStart('licensed', NOON), left: 3 };
    expect(nextPollMs(after(NOON, { credits }))).toBe(at('13:00:03'));
  });

  test('never comes in the same step of the grid', () => {
    const late = at('23:59:00');
    expect(paceOf(after(late, { mode: 'even', left: 400 }))).toBe(10_000);
    expect(paceOf(after(late, { watchedSinceMs: late, left: 400 }))).toBe(10_000);
  });

  test('is reckoned from now where the clock was set back since the last', () => {
    expect(nextPollMs(after(NOON, { lastMs: at('20:00:00') }))).toBe(NOON + 864_000);
  });
});

test('however people look, no credit is spent that is not there, and no gap is longer than the even pace', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<CreditMode>('watch', 'save', 'even'),
      fc.constantFrom<Bucket>('anonymous', 'standard'),
      fc.constantFrom(1, 2, 3, 4),
      fc.integer({ min: 0, max: 86_000_000 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 86_400_000 }), fc.integer({ min: 0, max: 7_200_000 })), {
        maxLength: 6,
      }),
      (mode, bucket, cost, offset, sessions) => {
        let nowMs = MIDNIGHT + offset;
        let credits = creditsAtStart(bucket, nowMs);
        const looks = sessions.map(([from, ms]) => [nowMs + from, nowMs + from + ms] as const);
        const longestMs = slowMs(mode, credits, cost);
        const spent = new Map<number, number>();
        for (const endMs = nextRefillMs(bucket, nowMs) + 86_400_000; nowMs < endMs;) {
          const day = Math.floor(nowMs / 86_400_000);
          spent.set(day, (spent.get(day) ?? 0) + cost);
          credits = creditsAfter(credits, cost, null, nowMs);
          const lastMs = nowMs;
          // As the source does: it looks every 3 s at most; here, where it matters.
          const situation = { mode, credits, cost, lastMs, gridMs: 10_000 };
          const sinceMs = (ms: number) => looks.find(([from, to]) => ms >= from && ms < to)?.[0] ?? null;
          const planned = nextPollMs({ ...situation, nowMs, watchedSinceMs: sinceMs(nowMs) });
          const begin = looks.map(([from]) => from).filter((from) => from > nowMs && from < planned);
          const times = begin.map((from) =>
            Math.max(from, nextPollMs({ ...situation, nowMs: from, watchedSinceMs: from })),
          );
          nowMs = Math.min(planned, ...times);
          expect(nowMs - lastMs).toBeGreaterThanOrEqual(10_000);
          expect(nowMs - lastMs).toBeLessThanOrEqual(longestMs + 3_000);
        }
        for (const credits of spent.values()) expect(credits).toBeLessThanOrEqual(BUCKETS[bucket].credits);
      },
    ),
  );
});
