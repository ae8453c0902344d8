import { describe, expect, test } from 'vitest';
import { Conditions, type Heard } from '../../../src/ingest/opensky/condition.ts';

/** Polls each 90 s, the answer 5 s old. */
const heard = (poll: number, aircraft: number, feedPoll = poll): Heard => ({
  sentMs: poll * 90_000 + 5_000,
  feedMs: feedPoll * 90_000,
  aircraft,
});
/** The condition of each answer. */
const judged = (answers: readonly Heard[], isWorld = true) => {
  const conditions = new Conditions(isWorld);
  return answers.map((answer) => conditions.judge(answer)?.condition ?? null);
};
const usual = (polls: number, aircraft = 4_000) =>
  Array.from({ length: polls }, (_, poll) => heard(poll, aircraft + poll));

describe('an answer', () => {
  test('that is empty is odd of the world, and of a box only where there were many', () => {
    expect(judged([heard(0, 0)])).toEqual(['empty']);
    expect(judged([heard(0, 0), heard(1, 2), heard(2, 0)], false)).toEqual([null, null, null]);
    expect(judged([...usual(6, 30), heard(6, 0), heard(7, 30)], false).slice(5)).toEqual([
      null,
      'empty',
      null,
    ]);
  });

  test('whose time does not move is odd, not one that is asked twice in a step', () => {
    const [first, second] = [heard(1, 9), heard(2, 9, 1)];
    expect(judged([first, { ...first, sentMs: first.sentMs + 9_000 }])).toEqual([null, null]);
    expect(judged([first, second, heard(3, 9, 1), heard(4, 9)])).toEqual([null, 'frozen', 'frozen', null]);
    const words = new Conditions(true);
    words.judge(first);
    expect(words.judge(second)?.words).toBe(
      'the time of its answers has not changed since 00:01:30 UTC, so there is nothing new',
    );
  });

  test('that is a minute old is late', () => {
    const late = { ...heard(1, 9), feedMs: heard(1, 9).sentMs - 60_000 };
    expect(judged([late])).toEqual(['late']);
  });

  test('with fewer than half the usual number is odd until that is usual', () => {
    const few = Array.from({ length: 12 }, (_, index) => heard(20 + index, 1_500));
    const found = judged([...usual(20), ...few]).slice(20);
    expect(found.slice(0, 7)).toEqual(Array(7).fill('few'));
    expect(found.at(-1)).toBe(null);
    expect(judged([...usual(20), heard(20, 2_500)]).at(-1)).toBe(null);
    expect(judged([...usual(20, 4), heard(20, 1)]).at(-1)).toBe(null);
  });
});
