import type { Engine } from '../engine/engine.ts';
import { airportCells } from '../flight/airport-cells.ts';
import type { Airport } from '../flight/airports.ts';
import type { Row } from '../lake/column.ts';
import type { Lake } from '../lake/lake.ts';
import { REFERENCE_AIRPORT_CELLS } from '../lake/reference-airport-cells.ts';
import { REFERENCE_AIRPORTS } from '../lake/reference-airports.ts';
import type { TableDefinition } from '../lake/table.ts';
import { commitBatch } from './commit.ts';

/** Names the data in the tables' commits: a newer list of airports gets a higher number and replaces the old rows. */
const AIRPORTS_VERSION = 1;
const APP_ID = 'contrail/airports';

/** Writes `reference/airports` and the cells derived from it, unless this version of them is there. */
export async function ensureReference(
  lake: Lake,
  engine: Engine,
  airports: readonly Airport[],
  simulated: boolean,
): Promise<void> {
  await ensure(lake, engine, REFERENCE_AIRPORTS, simulated, () =>
    airports.map((airport) => ({ ...airport })),
  );
  await ensure(lake, engine, REFERENCE_AIRPORT_CELLS, simulated, () =>
    airportCells(airports).map((cell) => ({ ...cell })),
  );
}

async function ensure(
  lake: Lake,
  engine: Engine,
  definition: TableDefinition,
  simulated: boolean,
  rows: () => readonly Row[],
): Promise<void> {
  const table = await lake.create(definition, simulated);
  const snapshot = await table.snapshot();
  if ((snapshot.transactionVersion(APP_ID) ?? 0) >= AIRPORTS_VERSION) return;
  const { columns } = definition;
  const files = await engine.write(
    { sql: 'select * from rows', relations: { rows: { kind: 'rows', columns, rows: rows() } } },
    { folder: lake.folder(definition), columns },
  );
  await commitBatch(table, { appId: APP_ID, version: AIRPORTS_VERSION }, files, [...snapshot.files()]);
}
