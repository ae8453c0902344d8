import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddFile, Snapshot } from '@contrail/delta-lake';
import type { DuckdbEngine } from '../app/src/engine/duckdb/engine.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../app/src/lake/gold-traffic-by-country.ts';
import { dataFiles } from '../app/src/lake/lake.ts';
import { SILVER_FLIGHTS_ML } from '../app/src/lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../app/src/lake/silver-flights.ts';
import type { TableDefinition } from '../app/src/lake/table.ts';
import { machine, round, say } from './child.ts';
import { makePastLake } from './dashboard-lake.ts';
import {
  type LayoutCost,
  LAYOUTS,
  openBenchEngine,
  type Snapshots,
  snapshotsOf,
  writeLayout,
} from './query-layouts.ts';

/** Arguments of the case `queries`. */
export interface QueriesOptions {
  readonly days: number;
  readonly aircraft: number;
  /** Seconds between two reports of an aircraft. */
  readonly pace: number;
  /** The names of layouts that are tried, with commas between; empty: all. */
  readonly layouts: string;
  /** A folder for the lake and its layouts, which stay and are used again; null: a temporary one. */
  readonly lake: string | null;
}

/** What a question asks of a column: one text, or numbers from and to. */
interface Asked {
  readonly column: string;
  readonly equals?: string;
  readonly min?: number | bigint;
  readonly max?: number | bigint;
}

interface Question {
  readonly name: string;
  readonly table: TableDefinition;
  /** Null: all of them. */
  readonly columns: readonly string[] | null;
  readonly conditions: readonly Asked[];
}

/** What a question costs in a layout. */
interface Found {
  readonly rows: number;
  readonly ms: number;
  /** Of the library's own reader; null where it would read too much. */
  readonly reader_ms: number | null;
  readonly files: string;
  readonly groups: string;
  readonly mb: number;
}

/** How often DuckDB is asked; the middle counts. */
const ASKS = 3;
const HOUR_S = 3_600;
const MICROS = 1_000_000n;

/** The questions that people ask of a lake that ends at `end`, epoch seconds. */
function questions(end: number, airport: string, { days, aircraft }: QueriesOptions): readonly Question[] {
  const day = end - Math.ceil(days / 2) * 86_400;
  const noon = day + 12 * HOUR_S;
  const hour = { column: 'time_position', min: BigInt(noon), max: BigInt(noon + HOUR_S - 1) };
  const icao24 = (3_932_160 + Math.floor(aircraft / 3)).toString(16).padStart(6, '0');
  const position = [
    'icao24',
    'time_position',
    'longitude',
    'latitude',
    'altitude_m',
    'velocity_kmh',
    'true_track',
  ];
  return [
    {
      name: "an aircraft's year",
      table: SILVER_FLIGHTS,
      columns: null,
      conditions: [{ column: 'icao24', equals: icao24 }],
    },
    {
      name: "an airport's day",
      table: SILVER_FLIGHTS_ML,
      columns: [
        ...position.filter((name) => name !== 'true_track'),
        'flight_phase',
        'nearest_airport',
        'nearest_airport_km',
      ],
      conditions: [
        { column: 'nearest_airport', equals: airport },
        { column: 'time_position', min: BigInt(day), max: BigInt(day + 86_399) },
      ],
    },
    {
      name: 'a box for an hour',
      table: SILVER_FLIGHTS,
      columns: position,
      conditions: [{ column: 'longitude', min: 5, max: 15 }, { column: 'latitude', min: 45, max: 52 }, hour],
    },
    {
      name: 'ten minutes of the world',
      table: SILVER_FLIGHTS,
      columns: position,
      conditions: [{ ...hour, max: BigInt(noon + 599) }],
    },
    { name: 'an hour of the world', table: SILVER_FLIGHTS, columns: position, conditions: [hour] },
    {
      name: "a country's month",
      table: GOLD_TRAFFIC_BY_COUNTRY,
      columns: null,
      conditions: [
        { column: 'origin_country', equals: 'Country 7' },
        { column: 'window_start', min: BigInt(end - 30 * 86_400) * MICROS, max: BigInt(end) * MICROS },
      ],
    },
  ];
}

/**
 * Six questions on one lake in several layouts of its days: how long DuckDB and the library's own reader take, how many files and row
 * groups the statistics leave to be read, their bytes in the columns of the question, and what the layout costs to write.
 */
export async function* queries(options: QueriesOptions): AsyncGenerator<Readonly<Record<string, unknown>>> {
  await using left = new AsyncDisposableStack();
  const data = options.lake ?? (await mkdtemp(join(tmpdir(), 'contrail-queries-')));
  if (options.lake === null) left.defer(() => rm(data, { recursive: true, force: true }));
  await mkdir(data, { recursive: true });
  const end = Math.floor(Date.UTC(2026, 10, 30) / 1000);
  const root = join(data, 'lake');
  if (!existsSync(root)) await makePastLake(data, { ...options, end });
  const engine = left.use(await openBenchEngine(data));
  const present = await snapshotsOf(root);
  const airport = await airportOf(engine, present);
  const wanted = options.layouts === '' ? null : options.layouts.split(',');
  const lines: (readonly [layout: string, question: string, found: Found])[] = [];
  for (const layout of LAYOUTS.filter(({ name }) => wanted?.includes(name) ?? true)) {
    const place = layout.orderBy === null ? root : join(data, layout.name);
    let cost: LayoutCost | null = null;
    if (!existsSync(place)) cost = await writeLayout(engine, present, place, layout);
    const snapshots = layout.orderBy === null ? present : await snapshotsOf(place);
    for (const question of questions(end, airport, options)) {
      const found = await ask(engine, snapshots, question);
      lines.push([layout.name, question.name, found]);
      yield { case: 'queries', layout: layout.name, question: question.name, ...found };
    }
    say(
      `${layout.name}: ${cost === null ? 'was there' : `${cost.cpu_s_per_million_rows} s of CPU a million rows`}`,
    );
    yield { case: 'queries', layout: layout.name, bytes: bytesOf(snapshots), ...cost };
    if (options.lake === null && layout.orderBy !== null) await rm(place, { recursive: true, force: true });
  }
  say(table(lines));
  yield { case: 'queries', ...options, machine: machine() };
}

const bytesOf = (snapshots: Snapshots): Readonly<Record<string, number>> =>
  Object.fromEntries([...snapshots].map(([name, { bytes }]) => [name, bytes]));

async function ask(engine: DuckdbEngine, snapshots: Snapshots, question: Question): Promise<Found> {
  const { table: definition, columns, conditions } = question;
  const snapshot = snapshots.get(definition.name) as Snapshot;
  const files = snapshot.files(conditions);
  const names = columns ?? definition.columns.map(({ name }) => name);
  const where = conditions.map((condition) => sqlOf(condition)).join(' and ');
  // All cells are made, and none is sent: a sum over the rows.
  const sql = `select count(*) as rows, bit_xor(hash(${names.join(', ')})) as sum from asked where ${where}`;
  const times: number[] = [];
  let rows = 0;
  for (let times_asked = 0; times_asked < ASKS; times_asked += 1) {
    const began = performance.now();
    const relations = { asked: dataFiles(definition, snapshot, { files: snapshot.files(conditions) }) };
    const [answer] = await engine.rows({ sql, relations });
    rows = Number(answer?.['rows']);
    times.push(performance.now() - began);
  }
  const reader_ms = rowsIn(files) > MOST_READ ? null : await readOf(snapshot, question, rows);
  const all = snapshot.files();
  const [read, everything] = [
    await groupsOf(engine, snapshot, files, names, conditions),
    await groupsOf(engine, snapshot, all, [], []),
  ];
  return {
    rows,
    ms: round(times.toSorted((a, b) => a - b)[Math.floor(ASKS / 2)] ?? 0, 0),
    reader_ms: reader_ms === null ? null : round(reader_ms, 0),
    files: `${files.length} of ${all.length}`,
    groups: `${read.groups} of ${everything.groups}`,
    mb: round(read.bytes / 1e6, 2),
  };
}

/** The rows of files that the library's own reader is asked for at most: it knows no row groups. */
const MOST_READ = 500_000;

const rowsIn = (files: readonly AddFile[]): number =>
  files.reduce((sum, { stats }) => sum + (stats?.numRecords ?? 0), 0);

async function readOf(
  snapshot: Snapshot,
  { name, columns, conditions }: Question,
  rows: number,
): Promise<number> {
  const began = performance.now();
  let found = 0;
  const wanted = columns === null ? {} : { columns };
  for await (const batch of snapshot.rows({ ...wanted, predicate: conditions })) found += batch.length;
  if (found !== rows) throw new Error(`${name}: DuckDB finds ${rows} rows, our reader ${found}`);
  return performance.now() - began;
}

/** The airport in the middle, by how many positions are near it. */
async function airportOf(engine: DuckdbEngine, snapshots: Snapshots): Promise<string> {
  const snapshot = snapshots.get(SILVER_FLIGHTS_ML.name) as Snapshot;
  const relations = { ml: dataFiles(SILVER_FLIGHTS_ML, snapshot, { files: snapshot.files().slice(0, 1) }) };
  const sql = 'select nearest_airport as name from ml group by 1 order by count(*), 1';
  const found = await engine.rows({ sql, relations });
  return String(found[Math.floor(found.length / 2)]?.['name']);
}

/** The row groups of some files that their statistics leave, and the bytes of some columns in them. */
async function groupsOf(
  engine: DuckdbEngine,
  snapshot: Snapshot,
  files: readonly AddFile[],
  names: readonly string[],
  conditions: readonly Asked[],
): Promise<{ readonly groups: number; readonly bytes: number }> {
  if (files.length === 0) return { groups: 0, bytes: 0 };
  const paths = files.map((file) => `'${snapshot.absolutePath(file)}'`).join(', ');
  const found = await engine.rows({
    sql: `select file_name, row_group_id, path_in_schema as name, stats_min_value as low, stats_max_value as high, total_compressed_size as bytes from parquet_metadata([${paths}])`,
    relations: {},
  });
  let [groups, bytes] = [0, 0];
  for (const [, chunks] of Map.groupBy(
    found,
    (row) => `${String(row['file_name'])}/${Number(row['row_group_id'])}`,
  )) {
    const isLeft = conditions.every((condition) => {
      const chunk = chunks.find((one) => one['name'] === condition.column);
      return chunk === undefined || overlaps(condition, String(chunk['low']), String(chunk['high']));
    });
    if (!isLeft) continue;
    groups += 1;
    for (const chunk of chunks) if (names.includes(String(chunk['name']))) bytes += Number(chunk['bytes']);
  }
  return { groups, bytes };
}

/** Whether a value between two bounds, as a footer has them, can satisfy a condition. */
function overlaps({ equals, min, max, column }: Asked, low: string, high: string): boolean {
  if (equals !== undefined) return low <= equals && equals <= high;
  const numberOf = (text: string): number =>
    column === 'window_start'
      ? Date.parse(text.replace(' ', 'T').replace(/\+00$/, 'Z')) * 1000
      : Number(text);
  return (
    (min === undefined || numberOf(high) >= Number(min)) &&
    (max === undefined || numberOf(low) <= Number(max))
  );
}

function sqlOf({ column, equals, min, max }: Asked): string {
  if (equals !== undefined) return `${column} = '${equals}'`;
  const literal = (value: unknown): string =>
    column === 'window_start' ? `make_timestamptz(${String(value)})` : String(value);
  return `${column} between ${literal(min)} and ${literal(max)}`;
}

/** A table for people: a line for each question and layout. */
function table(lines: readonly (readonly [layout: string, question: string, found: Found])[]): string {
  const head = ['question', 'layout', 'rows', 'DuckDB ms', 'reader ms', 'files', 'row groups', 'MB'];
  const rows = lines
    .toSorted(([, one], [, other]) => (one === other ? 0 : one < other ? -1 : 1))
    .map(([layout, question, { rows: count, ms, reader_ms, files, groups, mb }]) =>
      [question, layout, count, ms, reader_ms, files, groups, mb].map(String),
    );
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return [head, ...rows]
    .map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '))
    .join('\n');
}
