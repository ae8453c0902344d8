import { describe, expect, test } from 'vitest';
import { type Stage, TRAFFIC_COLUMNS } from '../../app/src/dashboard/protocol.ts';
import {
  durationSummary,
  notesOf,
  quarantineByReason,
  quarantined,
  reportWords,
} from '../src/views/pipeline.ts';
import { axisWords, rangeFromZero, timeMarks } from '../src/chart/time-chart.ts';
import {
  countriesOf,
  countriesWords,
  countrySeries,
  isFilling,
  matrixOf,
  shadeOf,
} from '../src/views/traffic.ts';
import { categoriesAnswer, progressOf, trafficAnswer, type FakeLake } from './fake/answers.ts';
import { createFleet } from './fake/fleet.ts';

const LAKE: FakeLake = {
  scenario: 'live',
  now: 1_800_000_100,
  eventTime: 1_800_000_099,
  flights: createFleet(400),
  version: 200,
};

describe('traffic', () => {
  test('does not call a window of years ago provisional, though its recording ends within it', () => {
    const end = 1_700_000_100;
    expect(isFilling(end, end - 40, end - 38)).toBe(true);
    expect(isFilling(end, end - 40, end + 600)).toBe(true);
    expect([isFilling(end, end + 1, end + 2), isFilling(end, end - 40, end + 1e8)]).toEqual([false, false]);
  });

  test('marks the first time of each day that is not of today with the day', () => {
    const midnight = Date.UTC(2026, 10, 30) / 1000;
    const marks = [midnight - 600, midnight - 300, midnight, midnight + 300];
    expect(timeMarks(marks, 300, midnight + 900)).toEqual([
      '23:50\n2026-11-29',
      '23:55',
      '00:00\n2026-11-30',
      '00:05',
    ]);
    expect(timeMarks([midnight, midnight + 10], 10, midnight + 900)).toEqual(['00:00:00', '00:00:10']);
  });

  test('does not add up the aircraft of countries, nor count those of unknown country as one', () => {
    const row = { flights: 9, speed_kmh: null, altitude_m: null, change: null };
    const rows = ['Italy', 'Malta', 'Unknown'].map((country) => ({ ...row, country }));
    expect(countriesWords(rows)).toBe('2 countries, and aircraft of unknown country');
    expect(countriesWords(rows.slice(0, 1))).toBe('1 country');
  });

  test('keeps the order of the leaderboard and compares with an hour ago', () => {
    const rows = countriesOf(trafficAnswer(LAKE, 24));
    expect(rows[0]).toMatchObject({ country: 'United States', change: expect.any(Number) });
    expect(rows.map((row) => row.flights)).toEqual(rows.map((row) => row.flights).toSorted((a, b) => b - a));
  });

  test('knows 0 flights where only others flew, and nothing of a window that nobody heard', () => {
    const answer = {
      ...trafficAnswer(LAKE, 1),
      columns: TRAFFIC_COLUMNS,
      rows: [
        [300, 'Malta', 4, 9, 500, 8000],
        [300, 'Italy', 7, 9, 600, 9000],
        [600, 'Italy', 7, 9, 600, 9000],
        [1200, 'Malta', 5, 9, null, 8100],
      ],
    };
    expect(countrySeries(answer, 'Malta')).toEqual([
      [300, 600, 900, 1200],
      [4, 0, null, 5],
      [500, null, null, null],
      [8000, null, null, 8100],
    ]);
    expect(countrySeries({ ...answer, rows: [] }, 'Malta')).toEqual([[], [], [], []]);
  });

  test('lays the matrix out by category and phase, with holes where nothing flew', () => {
    const rows = matrixOf(categoriesAnswer(LAKE));
    expect(rows.map((row) => row.total)).toEqual(rows.map((row) => row.total).toSorted((a, b) => b - a));
    expect(rows.every((row) => row.cells.length === 6)).toBe(true);
    const glider = matrixOf({
      ...categoriesAnswer(LAKE),
      columns: [
        'category',
        'category_name',
        'flight_phase',
        'aircraft_count',
        'avg_velocity_kmh',
        'avg_altitude_m',
      ],
      rows: [[9, 'Glider / sailplane', 'DESCENT', 2, 90, null]],
    })[0];
    expect(glider).toMatchObject({ name: 'Glider / sailplane', total: 2 });
    expect(glider?.cells.map((cell) => cell?.aircraft ?? null)).toEqual([null, null, null, null, 2, null]);
  });

  test('shades small counts too, and nothing not at all', () => {
    expect([shadeOf(0, 100), shadeOf(1, 100), shadeOf(30, 100), shadeOf(100, 100), shadeOf(5, 0)]).toEqual([
      0, 1, 3, 5, 0,
    ]);
  });
});

describe('pipeline', () => {
  const progress = progressOf(LAKE);
  if (progress === null) throw new Error('the fake lake has no progress');

  test('sums the quarantine by reason, most first', () => {
    const reasons = quarantineByReason(progress);
    expect(reasons[0]?.[0]).toBe('duplicate');
    const total = progress.batches.reduce((sum, batch) => sum + quarantined(batch), 0);
    expect(reasons.reduce((sum, [, rows]) => sum + rows, 0)).toBe(total);
  });

  test('tells the middle and the slow end of the durations, and nothing without batches', () => {
    const batches = progress.batches
      .slice(0, 20)
      .map((batch, i) => ({ ...batch, duration_ms: (i + 1) * 10 }));
    expect(durationSummary({ ...progress, batches })).toEqual({ p50: 110, p95: 200 });
    expect(durationSummary({ ...progress, batches: [] })).toBeNull();
  });

  test('does not call a pipeline running that has not reported for a minute and more', () => {
    const progress = progressOf(LAKE);
    if (progress === null) throw new Error('no progress');
    const words = (state: 'running' | 'stopped', age_s: number, trigger_ms: number): string =>
      reportWords({ ...progress, state, trigger_ms }, progress.at_ms / 1000 + age_s);
    expect(words('running', 1, 1000)).toBe('running, reported 1 s ago');
    expect(words('running', 94, 1000)).toBe('silent, last reported 94 s ago');
    expect(words('running', 80, 30_000)).toBe('running, reported 80 s ago');
    expect(words('stopped', 94, 1000)).toBe('stopped, reported 94 s ago');
  });
});

describe('notes on the stages', () => {
  const stage = (name: Stage['name'], state: Stage['state'], sentence: string | null): Stage => ({
    name,
    state,
    sentence,
    rows: null,
    lag: null,
    age_s: null,
  });
  const said = (...stages: readonly Stage[]): readonly string[] =>
    notesOf(stages).map(
      ({ stages: about, sentence }) => `${about.map(({ name }) => name).join()}: ${sentence}`,
    );

  test('say the same of several stages once, and nothing of those that are well', () => {
    const silent = 'The pipeline is silent.';
    expect(
      said(
        stage('source', 'ok', null),
        stage('topic', 'stale', silent),
        stage('bronze', 'stale', silent),
        stage('dashboard', 'stale', 'No new positions.'),
      ),
    ).toEqual([`topic,bronze: ${silent}`, 'dashboard: No new positions.']);
  });

  test('say of a row of waiting stages what the first waits for, and always what a source lacks', () => {
    expect(
      said(
        stage('source', 'waiting', 'Start one.'),
        stage('topic', 'ok', null),
        stage('bronze', 'waiting', 'No rows yet.'),
        stage('silver', 'waiting', 'It waits for bronze.'),
        stage('gold', 'waiting', 'It waits for silver.'),
      ),
    ).toEqual(['source: Start one.', 'bronze: No rows yet.']);
  });
});

describe('the axis of values', () => {
  test('makes no mountain of a metre: a parked aircraft has an axis to some hundred metres', () => {
    expect(rangeFromZero(0, 1, 150)).toEqual([0, 150]);
    expect(rangeFromZero(null, null, 150)).toEqual([0, 150]);
    expect(rangeFromZero(-4, -2, 150)).toEqual([-4, 150]);
    expect(rangeFromZero(0, 1000, 150)).toEqual([0, 1100]);
  });

  test('says nothing twice', () => {
    expect(axisWords([0, 0.5, 1, 1.4, 2], (value) => `${Math.round(value)} m`)).toEqual([
      '0 m',
      '1 m',
      '',
      '',
      '2 m',
    ]);
  });
});
