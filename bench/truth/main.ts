/**
 * `npm run truth`: what flights and events say of recorded flights whose truth is known, and of simulated ones. One line a
 * case; exit 1 when a demand is not met.
 */
import { FlightBook } from '../../app/src/flights/flight-book.ts';
import type { FlightRow } from '../../app/src/flights/records.ts';
import type { RunwayIndex } from '../../app/src/flights/runway-index.ts';
import { loadRunwayIndex } from '../../app/src/program/runways.ts';
import { hasTrajectories } from '../../app/test/pipeline/trajectories.ts';
import { DEMANDS, type Demand } from './demands.ts';
import { KNOWN_FLIGHTS } from './flights.ts';
import { type Look, rowsOf } from './recorded.ts';
import {
  KINDS,
  knownOf,
  median,
  noScores,
  precision,
  recall,
  rightShare,
  score,
  type Scores,
  Tables,
  wrongShare,
} from './score.ts';
import { simulatedDay } from './simulated.ts';

const PACES = [1, 10, 60, 86] as const;
/** How many starts of the polls are tried at each pace. */
const OFFSETS = { 1: 1, 10: 10, 60: 30, 86: 43 } as const;
const DAY_S = 86_400;

/** Feeds rows as batches of any size, and answers the tables. */
function tablesOf(index: RunwayIndex, rows: readonly FlightRow[]): Tables {
  const book = new FlightBook(index);
  const tables = new Tables();
  tables.apply(book.take(rows).changes);
  return tables;
}

/** Adds the five flights in one look to the scores. */
function look(index: RunwayIndex, scores: Scores, how: Look): void {
  for (const flight of KNOWN_FLIGHTS) {
    const rows = rowsOf(flight.name, how);
    const [first] = rows;
    if (first === undefined) continue;
    const day = Math.floor(first.time_position / DAY_S) * DAY_S;
    const known = knownOf(flight, first.icao24, day).filter(
      ({ kind, time }) => kind !== 'take_off' || time >= first.time_position - 180,
    );
    score(scores, known, tablesOf(index, rows).events.values(), Math.max(90, 2.2 * how.pace));
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`.padStart(8);

function print(title: string, scores: Scores): void {
  process.stdout.write(`\n${title}\n`);
  process.stdout.write(
    'event        known  found  false    recall  precision  runway right   null  wrong  time off by (median)\n',
  );
  for (const kind of KINDS) {
    const one = scores[kind];
    if (one.known + one.false === 0) continue;
    const cells = [one.known, one.found, one.false].map((count) => String(count).padStart(6)).join(' ');
    const runway = [one.right, one.none, one.wrong].map((count) => String(count).padStart(6)).join(' ');
    process.stdout.write(
      `${kind.padEnd(11)} ${cells}  ${percent(recall(one))}  ${percent(precision(one))}       ${runway}  ${median(one.errors).toFixed(0)} s\n`,
    );
  }
}

/** Prints each demand that is not met, and answers whether all are. */
function meets(title: string, scores: Scores, demands: readonly Demand[]): boolean {
  let all = true;
  for (const { kind, what, least, most } of demands) {
    const one = scores[kind];
    const value = { recall, precision, right: rightShare, wrong: wrongShare }[what](one);
    if (value >= (least ?? 0) && value <= (most ?? 1)) continue;
    all = false;
    const wanted =
      least === undefined ? `at most ${percent(most ?? 1).trim()}` : `at least ${percent(least).trim()}`;
    process.stdout.write(`NOT MET  ${title}: ${kind}, ${what} ${percent(value).trim()}, wanted ${wanted}\n`);
  }
  return all;
}

const spread = (values: readonly number[]): string =>
  `${percent(Math.min(...values)).trim()} to ${percent(Math.max(...values)).trim()}`;

function recorded(index: RunwayIndex): boolean {
  if (!hasTrajectories()) {
    process.stdout.write('SKIPPED: the recorded flights are absent (../shared/data/trajectories).\n');
    return true;
  }
  let all = true;
  for (const pace of PACES) {
    const scores = noScores();
    const recalls: number[] = [];
    const step = pace / OFFSETS[pace];
    for (let at = 0; at < OFFSETS[pace]; at += 1) {
      const own = noScores();
      look(index, own, { pace, offset: Math.floor(at * step) });
      const known = KINDS.reduce((sum, kind) => sum + own[kind].known, 0);
      recalls.push(KINDS.reduce((sum, kind) => sum + own[kind].found, 0) / known);
      for (const kind of KINDS)
        for (const key of ['known', 'found', 'false', 'right', 'none', 'wrong'] as const)
          scores[kind][key] += own[kind][key];
      for (const kind of KINDS) scores[kind].errors.push(...own[kind].errors);
    }
    const title = `recorded, ${pace} s, ${OFFSETS[pace]} starts (events found: ${spread(recalls)})`;
    print(title, scores);
    all = meets(`${pace} s`, scores, DEMANDS[pace]) && all;
  }
  const rough = noScores();
  for (let offset = 0; offset < 20; offset += 1)
    look(index, rough, { pace: 10, offset, missing: 0.2, repeated: 0.1 });
  print('recorded, 10 s, a fifth of the polls missing, a tenth repeated, 20 starts', rough);
  all = meets('10 s, rough', rough, DEMANDS.rough) && all;
  const blind = noScores();
  for (let offset = 0; offset < 10; offset += 1) look(index, blind, { pace: 10, offset, withoutFlag: true });
  print('recorded, 10 s, without on_ground, 10 starts', blind);
  return meets('10 s, without on_ground', blind, DEMANDS.rough) && all;
}

/** A day of traffic whose take-offs and landings the simulator knows. */
function simulated(index: RunwayIndex): boolean {
  let all = true;
  for (const pace of [10, 86] as const) {
    const { batches, known } = simulatedDay({ pace, aircraft: 200, hours: 24, seed: 17 });
    const scores = noScores();
    const book = new FlightBook(index);
    const tables = new Tables();
    const began = performance.now();
    let count = 0;
    for (const batch of batches) {
      count += batch.length;
      tables.apply(book.take(batch).changes);
    }
    const seconds = (performance.now() - began) / 1000;
    score(scores, known, tables.events.values(), Math.max(90, 2.2 * pace));
    print(`simulated day of 200 aircraft, ${pace} s, ${count} rows in ${seconds.toFixed(1)} s`, scores);
    all = meets(`simulated, ${pace} s`, scores, DEMANDS[`simulated ${pace}`]) && all;
  }
  return all;
}

const index = loadRunwayIndex();
const isMet = [recorded(index), simulated(index)].every(Boolean);
process.stdout.write(isMet ? '\nAll demands are met.\n' : '\nNot all demands are met.\n');
process.exitCode = isMet ? 0 : 1;
