import { describe, expect, test } from 'vitest';
import { hopelessness, sourceWords } from '../../src/program/source-words.ts';
import type { SourceState } from '../../src/ingest/source.ts';

const ok: SourceState = { kind: 'ok', message: 'OpenSky sent 9 aircraft.' };
const away = (minute: number): SourceState => ({
  kind: 'unavailable',
  about: 'OpenSky cannot be reached: it answered 502',
  message: `OpenSky cannot be reached: it answered 502; next try at 12:0${minute}:00 UTC.`,
  retry_at_ms: minute * 60_000,
});
const slow: SourceState = {
  kind: 'ok',
  message: 'ok',
  notices: [{ about: 'clock', message: 'The clock is slow.' }],
};

function said(states: readonly SourceState[]): readonly string[] {
  const words: string[] = [];
  const speak = sourceWords((text) => words.push(text));
  for (const state of states) speak(state);
  return words;
}

describe('what a source tells', () => {
  test('is said once as long as it is the same, and once that it is over', () => {
    expect(said([ok, away(1), away(2), away(3), ok, ok])).toEqual([away(1).message, ok.message]);
    expect(said([away(1), ok, away(2)])).toEqual([away(1).message, ok.message, away(2).message]);
  });

  test('is said again when something else is wrong', () => {
    expect(said([away(1), { kind: 'unavailable', message: 'Another thing.' }])).toHaveLength(2);
  });

  test('is said of answers that are odd, once, and once that they are no longer', () => {
    const frozen: SourceState = {
      kind: 'ok',
      about: 'frozen',
      notices: [{ about: 'frozen', message: 'Its time stands still.' }],
      message: 'OpenSky sent 9 aircraft; its time stands still.',
    };
    const over: SourceState = { kind: 'ok', message: 'OpenSky sent 9 aircraft; its time goes on again.' };
    expect(said([ok, frozen, frozen, over, ok])).toEqual([frozen.message, over.message]);
  });

  test('names an oddity once, and a clock again that was right in between', () => {
    expect(said([slow, slow, away(1), slow])).toEqual(['The clock is slow.', away(1).message, slow.message]);
    expect(said([slow, ok, slow])).toEqual(['The clock is slow.', 'The clock is slow.']);
    const rows: SourceState = { ...ok, notices: [{ about: 'rows', message: '1 of 9 rows is odd.' }] };
    expect(said([rows, ok, rows])).toEqual(['1 of 9 rows is odd.']);
  });
});

describe('one poll of a live source', () => {
  test('is given up after three failures', () => {
    const judge = hopelessness(() => 0);
    expect([away(1), away(1), away(1)].map(judge)).toEqual([null, null, away(1).about]);
  });

  test('is given up at once when the next try is far away', () => {
    expect(hopelessness(() => 0)(away(5))).toBe(away(5).about);
  });

  test('is not given up for want of room on the disk', () => {
    const judge = hopelessness(() => 0);
    const full: SourceState = { kind: 'waiting', message: 'The disk is full.', about: 'disk' };
    expect([full, full, full, full].map(judge)).toEqual([null, null, null, null]);
  });
});
