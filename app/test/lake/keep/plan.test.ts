import { describe, expect, it } from 'vitest';
import { LONGEST_SILENCE_MS } from '../../../src/lake/keep/counted-time.ts';
import type { Keep } from '../../../src/lake/keep.ts';
import { type Plan, planOf, type PlanFacts } from '../../../src/lake/keep/plan.ts';
import { at, day, days, DAY_MS } from './units.ts';

const BRONZE = 'bronze/flights';
const SILVER = 'silver/flights';
const SILVER_ML = 'silver/flights_ml';
const GOLD = 'gold/traffic_by_country';

const week: Keep = { text: '', keepMs: { [BRONZE]: 7 * DAY_MS }, budgetBytes: null };
const within = (budgetBytes: number): Keep => ({ text: '', keepMs: {}, budgetBytes });

const plan = (facts: Partial<PlanFacts>): Plan =>
  planOf({ nowMs: 0, keep: week, tables: [], otherBytes: 0, marginMs: 0, ...facts });
const bronze = (units: PlanFacts['tables'][number]['units']) => [{ name: BRONZE, units }];
const doomed = (found: Plan): readonly string[] =>
  found.doomed.map(({ table, unit }) => `${table.replace('/flights', '')} ${unit.label}`);

describe('by its age', () => {
  const november = days('2026-11-01', 30);

  it('a day goes when the promised time has passed since its midnight, and not before', () => {
    const units = [...november, day('2026-12-01', [0, 12])];
    expect(doomed(plan({ nowMs: at('2026-12-01 12:00'), tables: bronze(units) }))).toEqual(
      november.slice(0, 23).map(({ label }) => `bronze ${label}`),
    );
    const rest = units.slice(23);
    expect(rest[0]?.label).toBe('2026-11-24');
    const atMidnight = [...rest.slice(0, -1), day('2026-12-01')];
    expect(doomed(plan({ nowMs: at('2026-12-02 00:00') - 2, tables: bronze(atMidnight) }))).toEqual([]);
    const next = [...atMidnight, day('2026-12-02', [0, 0.01])];
    expect(doomed(plan({ nowMs: at('2026-12-02 00:05'), tables: bronze(next) }))).toEqual([
      'bronze 2026-11-24',
    ]);
  });

  it('nothing goes while the feed is away, however long', () => {
    const nowMs = at('2027-03-01');
    const tables = bronze(november.slice(22));
    expect(doomed(plan({ nowMs, tables }))).toEqual([]);
  });

  it('the days before a silence of weeks go when data cover the promised time behind them', () => {
    const back = [...november.slice(0, 3), ...days('2026-12-20', 4)];
    const nowMs = at('2026-12-24');
    expect(doomed(plan({ nowMs, tables: bronze(back) }))).toEqual([]);
    const later = [...november.slice(0, 3), ...days('2026-12-20', 7)];
    // Two days and a half lie before the silence: the 1st and the 2nd of November are covered.
    expect(doomed(plan({ nowMs: at('2026-12-27'), tables: bronze(later) }))).toEqual([
      'bronze 2026-11-01',
      'bronze 2026-11-02',
    ]);
  });

  it('silences of a night or a day count', () => {
    const nights = november.map(({ label }) => day(label, [9, 17]));
    expect(doomed(plan({ nowMs: at('2026-11-30 17:00'), tables: bronze(nights) }))).toHaveLength(22);
    const polls = november.map(({ label }) => day(label, [6, 6.01]));
    expect(doomed(plan({ nowMs: at('2026-11-30 07:00'), tables: bronze(polls) }))).toHaveLength(22);
  });

  it('nothing of the promised time goes when the clock jumps a year ahead, before the start or for a minute', () => {
    const promised = [...november.slice(23), day('2026-12-01', [0, 12])];
    const minute = [...promised, day('2027-12-01', [12, 12.02])];
    for (const tables of [promised, minute].map(bronze))
      for (const nowMs of [at('2027-12-01 12:01'), at('2027-12-02 00:00')])
        expect(doomed(plan({ nowMs, tables }))).toEqual([]);
    // What came in the wrong year is data, too: after seven days of it the days before may go.
    const wrongWeek = [...promised, ...days('2027-12-02', 7)];
    expect(doomed(plan({ nowMs: at('2027-12-09'), tables: bronze(wrongWeek) })).at(-1)).toBe(
      'bronze 2026-11-30',
    );
  });

  it('rows of a jump count for nothing when the clock is right again, and stay', () => {
    const units = [...november.slice(23), day('2026-12-01'), day('2026-12-02', [0, 6]), day('2027-12-01')];
    const found = plan({ nowMs: at('2026-12-02 06:00'), tables: bronze(units) });
    expect(doomed(found)).toEqual(['bronze 2026-11-24']);
  });

  it('nothing goes by a clock that is behind', () => {
    const tables = bronze(november);
    for (const now of ['2026-10-01', '2020-01-01', '2026-11-07'])
      expect(doomed(plan({ nowMs: at(now), tables }))).toEqual([]);
  });

  it('a jump of a day that nobody could see changes nothing within the margin', () => {
    // Rows until noon of the 1st; then the clock is a day ahead.
    const units = [...november.slice(23), day('2026-12-01', [0, 12]), day('2026-12-02', [12, 13])];
    const facts = { nowMs: at('2026-12-02 13:00'), tables: bronze(units) };
    expect(doomed(plan(facts))).toEqual(['bronze 2026-11-24']);
    expect(doomed(plan({ ...facts, marginMs: LONGEST_SILENCE_MS }))).toEqual([]);
    expect(doomed(plan({ ...facts, marginMs: Infinity }))).toEqual([]);
  });

  it('the newest day never goes, nor what the pipeline reads at its start', () => {
    const hour: Keep = { ...week, keepMs: { [BRONZE]: 3_600_000 } };
    const units = [day('2026-11-29'), day('2026-11-30'), day('2026-12-01', [0, 3])];
    const tables = bronze(units);
    expect(doomed(plan({ keep: hour, nowMs: at('2026-12-01 03:00'), tables }))).toEqual([
      'bronze 2026-11-29',
    ]);
    expect(doomed(plan({ keep: hour, nowMs: at('2026-12-05'), tables: bronze(units.slice(1)) }))).toEqual([]);
  });
});

describe('within a budget', () => {
  const nowMs = at('2026-12-01 12:00');
  const table = (name: string, bytes: number) => ({
    name,
    units: [...days('2026-11-28', 3, bytes), day('2026-12-01', [0, 12], bytes)],
  });
  const tables = [
    table(BRONZE, 100),
    table('quarantine/flights', 10),
    table(SILVER, 50),
    table(SILVER_ML, 60),
  ];

  it('nothing goes while live files have no more than their share', () => {
    expect(plan({ nowMs, tables, keep: within(1_000) })).toMatchObject({ doomed: [], shortBytes: 0 });
  });

  it('Bronze gives up its oldest days first, then the quarantine, then both tables of Silver together', () => {
    expect(doomed(plan({ nowMs, tables, keep: within(970) }))).toEqual(['bronze 2026-11-28']);
    const found = plan({ nowMs, tables, keep: within(500) });
    expect(doomed(found)).toEqual([
      'bronze 2026-11-28',
      'bronze 2026-11-29',
      'bronze 2026-11-30',
      'quarantine 2026-11-28',
      'quarantine 2026-11-29',
      'quarantine 2026-11-30',
      'silver 2026-11-28',
      'silver_ml 2026-11-28',
    ]);
    expect(found.shortBytes).toBe(0);
  });

  it('it says by how much the newest days are too large, and keeps them', () => {
    const found = plan({ nowMs, tables, keep: within(200), otherBytes: 30 });
    expect(found.shortBytes).toBe(220 + 30 - 180);
    expect(found.doomed).toHaveLength(12);
  });

  it('what goes by its age is gone before the budget takes anything', () => {
    const keep = { ...within(970), keepMs: { [SILVER]: DAY_MS, [SILVER_ML]: DAY_MS } };
    expect(doomed(plan({ nowMs, tables, keep }))).toEqual([
      'silver 2026-11-28',
      'silver 2026-11-29',
      'silver_ml 2026-11-28',
      'silver_ml 2026-11-29',
    ]);
  });

  it('it takes days whatever the clock says', () => {
    const found = plan({ nowMs, tables, keep: within(970), marginMs: Infinity });
    expect(doomed(found)).toEqual(['bronze 2026-11-28']);
  });

  it('Gold goes last', () => {
    const gold = { name: GOLD, units: days('2026-11-01', 30, 20) };
    const found = plan({ nowMs, tables: [gold, ...tables], keep: within(700) });
    expect(doomed(found).at(-1)).toBe('gold/traffic_by_country 2026-11-10');
    expect(found.doomed).toHaveLength(12 + 10);
  });
});

describe('what comes', () => {
  it('is known for each table: what goes next, and when', () => {
    const units = [...days('2026-11-25', 6), day('2026-12-01', [0, 12])];
    const [found] = plan({ nowMs: at('2026-12-01 12:00'), tables: bronze(units) }).tables;
    expect(found?.next).toMatchObject({ unit: { label: '2026-11-25' }, reason: 'age' });
    expect(Math.round((found?.next?.atMs ?? 0) / 1000)).toBe(at('2026-12-03') / 1000);
  });

  it('is known of a day that is not over: it counts from its midnight', () => {
    const units = [day('2026-12-01', [5, 12])];
    const [found] = plan({ nowMs: at('2026-12-01 12:00'), tables: bronze(units) }).tables;
    expect(found?.next?.atMs).toBe(at('2026-12-09'));
  });

  it('is known of the budget: when the present rate reaches it, and who gives up then', () => {
    const units = days('2026-11-25', 6, 100);
    const found = plan({ nowMs: at('2026-12-01'), tables: bronze(units), keep: within(1_000) });
    expect(found.tables[0]?.bytesPerDay).toBe(100);
    expect(Math.round((found.budgetReachedAtMs ?? 0) / 1000)).toBe(at('2026-12-04') / 1000);
    expect(found.tables[0]?.next).toMatchObject({ unit: { label: '2026-11-25' }, reason: 'budget' });
  });

  it('is unknown without an hour of data', () => {
    const units = [day('2026-12-01', [0, 0.5])];
    const found = plan({ nowMs: at('2026-12-01 00:30'), tables: bronze(units), keep: within(1_000) });
    expect(found.budgetReachedAtMs).toBeNull();
    expect(plan({ nowMs: at('2026-12-01'), tables: bronze([]) }).tables[0]?.next).toBeNull();
  });
});
