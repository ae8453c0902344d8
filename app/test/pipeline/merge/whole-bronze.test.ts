import { describe, expect, it } from 'vitest';
import { DELETED_DAY, DELETED_SINCE, SINCE_FROM } from '../../../src/lake/keep/ledger.ts';
import { wholeSpan } from '../../../src/pipeline/merge/whole-bronze.ts';

const DAY_S = 86_400;
const at = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000;
const dayOf = (day: string): number => at(day) / DAY_S;

/** A Bronze that has lost the days from the 10th to the 19th of November. */
const bronze = {
  table: 'file:///lake/bronze/flights',
  transactionVersion: (name: string): number | null =>
    ({ [DELETED_DAY]: dayOf('2026-11-19'), [DELETED_SINCE]: SINCE_FROM - dayOf('2026-11-10') })[name] ?? null,
};
const span = (from: string, to: string) => ({ start: at(from), end: at(to) });

describe('a merge in a lake whose Bronze has lost days to KEEP', () => {
  it('may be behind them or before them', () => {
    const whole = { start: at('2026-11-20') + 600, end: at('2026-11-22') };
    for (const asked of [whole, span('2026-10-01', '2026-11-10')])
      expect(wholeSpan(bronze, { from: asked.start, to: asked.end }, asked, true)).toEqual(asked);
  });

  it.each([
    ['2026-11-12', '2026-11-13'],
    ['2026-11-01', '2026-11-11'],
    ['2026-11-20', '2026-11-22'],
    ['2026-11-01', '2026-12-01'],
  ])('is refused from %s to %s, because it would empty Silver and Gold', (from, to) => {
    const asked = span(from, to);
    expect(() => wholeSpan(bronze, { from: asked.start, to: asked.end }, asked, false)).toThrow(
      /no longer has all rows from 2026-11-10T00:00:00.000Z to 2026-11-20T00:10:00.000Z/,
    );
    expect(() => wholeSpan(bronze, { from: null, to: null }, asked, true)).toThrow(/no longer has all rows/);
  });

  it('of the whole lake begins behind them', () => {
    const asked = span('2000-01-01', '2026-12-01');
    expect(wholeSpan(bronze, { from: null, to: null }, asked, false)).toEqual({
      start: at('2026-11-20') + 600,
      end: at('2026-12-01'),
    });
  });

  it('is free in a lake without KEEP', () => {
    const asked = span('2000-01-01', '2026-12-01');
    for (const one of [null, { ...bronze, transactionVersion: () => null }])
      expect(wholeSpan(one, { from: null, to: null }, asked, true)).toEqual(asked);
  });
});
