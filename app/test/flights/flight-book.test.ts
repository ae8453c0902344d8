import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlightBook } from '../../src/flights/flight-book.ts';
import { airportMovements } from '../../src/flights/movements.ts';
import { type Change, type FlightRow, keyText } from '../../src/flights/records.ts';
import { endOf, fly, index, LANDING, TAKE_OFF, told } from './track.ts';

const END = endOf('LSZH', '14');
const BASE = fly(END, [...TAKE_OFF, ...LANDING], 10);

/** Three aircraft, one after the other by time: one lands twice, one goes around, one is lost. */
const ROWS: readonly FlightRow[] = [
  ...BASE,
  ...BASE.map((row) => ({
    ...row,
    time_position: row.time_position + 4000,
    last_contact: (row.last_contact ?? 0) + 4000,
  })),
  ...BASE.filter((_, at) => at < 90).map((row) => ({ ...row, icao24: '3c0002', squawk: '7700' })),
  ...fly(END, [
    ...TAKE_OFF,
    ...LANDING.slice(0, 2),
    { t: 1550, along: 0, height: 60 },
    { t: 1700, along: 9_000, height: 1_000 },
    { t: 1900, along: 20_000, height: 2_000 },
  ]).map((row) => ({ ...row, icao24: '3c0003' })),
].toSorted((a, b) => a.time_position - b.time_position);

function apply(tables: Map<string, unknown>, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.kind === 'flight') tables.set(change.flight.flight_id, change.flight);
    else if (change.kind === 'event') tables.set(keyText(change.event), change.event);
    else tables.delete(keyText(change.key));
  }
}

const sorted = (tables: ReadonlyMap<string, unknown>) => [...tables].toSorted(([a], [b]) => (a < b ? -1 : 1));

const whole = (() => {
  const tables = new Map<string, unknown>();
  const book = new FlightBook(index);
  const { flightIds, changes } = book.take(ROWS);
  apply(tables, changes);
  return { tables: sorted(tables), flightIds };
})();

const cuts = fc
  .array(fc.integer({ min: 1, max: ROWS.length - 1 }), { maxLength: 40 })
  .map((at) => [0, ...[...new Set(at)].toSorted((a, b) => a - b), ROWS.length]);

describe('the book of flights', () => {
  it('holds what the test needs', () => {
    expect(whole.tables.length).toBeGreaterThan(8);
  });

  it('says the same however rows are cut into batches, and after its state was plain data in between', () => {
    fc.assert(
      fc.property(cuts, fc.boolean(), (at, isRestored) => {
        const tables = new Map<string, unknown>();
        const ids: string[] = [];
        let book = new FlightBook(index);
        for (let cut = 0; cut + 1 < at.length; cut += 1) {
          const { flightIds, changes } = book.take(ROWS.slice(at[cut], at[cut + 1]));
          ids.push(...flightIds);
          apply(tables, changes);
          if (isRestored) book = FlightBook.restore(index, JSON.parse(JSON.stringify(book.snapshot())));
        }
        expect(sorted(tables)).toEqual(whole.tables);
        expect(ids).toEqual(whole.flightIds);
      }),
      { numRuns: 40 },
    );
  });

  it('goes on as before when it is made again from the rows of open flights', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: ROWS.length - 1 }), (at) => {
        const tables = new Map<string, unknown>();
        const before = new FlightBook(index);
        apply(tables, before.take(ROWS.slice(0, at)).changes);
        const open = new Map(before.snapshot().map(({ icao24, first }) => [icao24, first]));
        const again = new FlightBook(index);
        again.load(
          ROWS.slice(0, at).filter((row) => row.time_position >= (open.get(row.icao24) ?? Infinity)),
        );
        apply(tables, again.take(ROWS.slice(at)).changes);
        expect(sorted(tables)).toEqual(whole.tables);
      }),
      { numRuns: 30 },
    );
  });

  it('changes nothing when a batch is applied twice', () => {
    const tables = new Map<string, unknown>();
    const { changes } = new FlightBook(index).take(ROWS);
    apply(tables, changes);
    apply(tables, changes);
    expect(sorted(tables)).toEqual(whole.tables);
  });

  it('gives each row the flight that rows before it name', () => {
    const one = told(BASE).flights[0];
    expect(new Set(new FlightBook(index).take(BASE).flightIds)).toEqual(new Set([one?.flight_id]));
  });

  it('says that an aircraft is lost when others have been heard for an hour after it, and takes it back', () => {
    const book = new FlightBook(index);
    const [first, ...rest] = BASE.slice(40, 60) as [FlightRow, ...FlightRow[]];
    book.take([first, ...rest]);
    const other = {
      ...first,
      icao24: '3c0009',
      time_position: first.time_position + 5000,
      last_contact: null,
    };
    const status = (changes: readonly Change[]) =>
      changes.flatMap((change) =>
        change.kind === 'flight' && change.flight.icao24 === '3c0001' ? [change.flight.status] : [],
      );
    expect(status(book.take([other]).changes)).toEqual(['lost']);
    expect(book.size).toBe(2);
    book.take([{ ...other, time_position: first.time_position + 30_000 }]);
    expect(book.size).toBe(1);
  });

  it('needs less than 1 KB for an aircraft en route, and no more for a longer flight', () => {
    const size = (rows: readonly FlightRow[]) => {
      const book = new FlightBook(index);
      book.take(rows);
      return JSON.stringify(book.snapshot().map((state) => Object.values(state))).length;
    };
    const route = (hours: number) =>
      fly(END, [
        { t: 0, along: 0, height: 10_000 },
        { t: hours * 3600, along: hours * 830_000, height: 10_000 },
      ]);
    expect(size(route(1))).toBeLessThan(1000);
    expect(Math.abs(size(route(4)) - size(route(1)))).toBeLessThan(200);
  });
});

describe('movements of airports', () => {
  it('count take-offs and landings by hour, runway and direction, and go-arounds with the arrivals', () => {
    const { events } = told(ROWS);
    const rows = airportMovements(events);
    const sum = (key: 'movements' | 'go_arounds', direction: string) =>
      rows.filter((row) => row.direction === direction).reduce((total, row) => total + row[key], 0);
    expect([
      sum('movements', 'departure'),
      sum('movements', 'arrival'),
      sum('go_arounds', 'arrival'),
    ]).toEqual([4, 2, 1]);
    expect(rows.every(({ hour_start }) => hour_start % 3600 === 0)).toBe(true);
    const [landing] = events.filter(({ event_type }) => event_type === 'landing');
    expect(airportMovements([{ ...landing, runway: null } as never])[0]?.runway).toBe('?');
  });
});
