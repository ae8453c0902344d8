import type { Engine } from '../engine/engine.ts';
import type { Airport } from '../flight/airports.ts';
import type { Lake } from '../lake/lake.ts';
import { REFERENCE_AIRPORTS } from '../lake/reference-airports.ts';
import { commitBatch } from './commit.ts';

/** Names the data in the tables' commits: a newer list of airports gets a higher number and replaces the old rows. */
const AIRPORTS_VERSION = 2;
const APP_ID = 'contrail/airports';

/** Writes `reference/airports`, unless this version of it is there. */
export async function ensureAirports(
  lake: Lake,
  engine: Engine,
  airports: readonly Airport[],
  simulated: boolean | null,
): Promise<void> {
  const table = await lake.create(REFERENCE_AIRPORTS, simulated);
  const snapshot = await table.snapshot();
  if ((snapshot.transactionVersion(APP_ID) ?? 0) >= AIRPORTS_VERSION) return;
  const { columns } = REFERENCE_AIRPORTS;
  const rows = airports.map((airport) => ({ ...airport }));
  const files = await engine.write(
    { sql: 'select * from rows', relations: { rows: { kind: 'rows', columns, rows } } },
    { folder: lake.folder(REFERENCE_AIRPORTS), columns },
  );
  await commitBatch(table, { appId: APP_ID, version: AIRPORTS_VERSION }, files, [...snapshot.files()]);
}
