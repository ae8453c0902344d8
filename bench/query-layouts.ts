import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { localStore, type Snapshot } from '@contrail/delta-lake';
import { DuckdbEngine } from '../app/src/engine/duckdb/engine.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../app/src/lake/gold-traffic-by-country.ts';
import { dataFiles, Lake } from '../app/src/lake/lake.ts';
import { SILVER_FLIGHTS_ML } from '../app/src/lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../app/src/lake/silver-flights.ts';
import type { TableDefinition } from '../app/src/lake/table.ts';
import { round } from './child.ts';

/** An order of the rows of a day that is over; `small` row groups hold 20,480 rows, else DuckDB's 122,880. */
export interface Layout {
  readonly name: string;
  /** Null: as the pipeline left them. */
  readonly orderBy: string | null;
  /** Rows of a row group; null: as the engine has it. */
  readonly rowGroupRows: number | null;
}

const SPREAD = (cell: string): string => {
  // Twelve bits, each with two free places behind it.
  const bits = Array.from({ length: 12 }, (_, bit) => `((((${cell}) >> ${bit}) & 1) << ${bit * 3})`);
  return `(${bits.join(' | ')})`;
};
const CELL = (column: string, from: number, span: number): string =>
  `cast(greatest(0, least(4095, floor((coalesce(${column}, ${from}) - ${from}) * 4096 / ${span}))) as bigint)`;
/** Position and time of day of a row in the order of Z (Morton): near in place and time is near in the file. */
const Z = `(${SPREAD(CELL('longitude', -180, 360))} << 2) | (${SPREAD(CELL('latitude', -90, 180))} << 1) | ${SPREAD(CELL('time_position % 86400', 0, 86_400))}`;

const SMALL = 20_480;

const BY_TIME = 'time_position';
const BY_AIRCRAFT = 'icao24, time_position';
/** Aircraft by aircraft within each stretch of so many seconds: a time is still found by its stretch. */
const within = (seconds: number): string => `time_position // ${seconds}, ${BY_AIRCRAFT}`;

export const LAYOUTS: readonly Layout[] = [
  { name: 'present', orderBy: null, rowGroupRows: null },
  { name: 'time', orderBy: BY_TIME, rowGroupRows: null },
  { name: 'time-small', orderBy: BY_TIME, rowGroupRows: SMALL },
  { name: 'aircraft', orderBy: BY_AIRCRAFT, rowGroupRows: null },
  { name: 'aircraft-small', orderBy: BY_AIRCRAFT, rowGroupRows: SMALL },
  { name: 'hours', orderBy: within(3600), rowGroupRows: null },
  { name: 'hours-small', orderBy: within(3600), rowGroupRows: SMALL },
  { name: 'half-hours-small', orderBy: within(1800), rowGroupRows: SMALL },
  { name: 'z', orderBy: Z, rowGroupRows: null },
  { name: 'z-small', orderBy: Z, rowGroupRows: SMALL },
];

/** The tables of the questions, and their order where it is not that of the layout. */
const TABLES: readonly (readonly [table: TableDefinition, orderBy: string | null])[] = [
  [SILVER_FLIGHTS, null],
  [SILVER_FLIGHTS_ML, null],
  [GOLD_TRAFFIC_BY_COUNTRY, 'origin_country, window_start'],
];

/** What it cost to write a layout. */
export interface LayoutCost {
  readonly rows: number;
  readonly cpu_s_per_million_rows: number;
  readonly mb: number;
}

/** Tables in a layout, by name. */
export type Snapshots = ReadonlyMap<string, Snapshot>;

export const openBenchEngine = (data: string): Promise<DuckdbEngine> =>
  DuckdbEngine.open({
    memoryLimit: '2GB',
    threads: Math.min(2, availableParallelism()),
    temporaryFolder: join(data, 'spill'),
  });

export async function snapshotsOf(root: string): Promise<Snapshots> {
  const lake = new Lake(localStore(root), Date.now);
  const found = new Map<string, Snapshot>();
  for (const [definition] of TABLES) {
    const table = await lake.table(definition);
    if (table !== null) found.set(definition.name, await table.snapshot());
  }
  return found;
}

/** Writes all tables of a lake in another layout, day by day, as compaction would with whole days. */
export async function writeLayout(
  engine: DuckdbEngine,
  from: Snapshots,
  root: string,
  { orderBy, rowGroupRows }: Layout,
): Promise<LayoutCost> {
  const lake = new Lake(localStore(root), Date.now);
  let [rows, bytes] = [0, 0];
  const before = process.cpuUsage();
  for (const [definition, ownOrder] of TABLES) {
    const snapshot = from.get(definition.name);
    if (snapshot === undefined) continue;
    const table = await lake.create(definition, true);
    const [day] = definition.partitionColumns;
    const parts = Map.groupBy(snapshot.files(), ({ partitionValues }) =>
      day === undefined ? '' : (partitionValues[day] ?? ''),
    );
    for (const [, files] of [...parts].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
      const written = await engine.write(
        {
          sql: `select * from old order by ${ownOrder ?? orderBy ?? 'true'}`,
          relations: { old: dataFiles(definition, snapshot, { files }) },
        },
        {
          folder: lake.folder(definition),
          columns: definition.columns,
          partitionBy: definition.partitionColumns,
          ...(rowGroupRows === null ? {} : { rowGroupRows }),
        },
      );
      const result = await table.startTransaction({ operation: 'WRITE' }).append(written).commit();
      if (result.kind !== 'committed') throw new Error(`${definition.name}: ${result.kind}`);
      rows += written.reduce((sum, file) => sum + file.rows, 0);
      bytes += written.reduce((sum, file) => sum + file.bytes, 0);
    }
  }
  const { user, system } = process.cpuUsage(before);
  return {
    rows,
    cpu_s_per_million_rows: round((user + system) / rows, 2),
    mb: round(bytes / 1e6, 1),
  };
}
