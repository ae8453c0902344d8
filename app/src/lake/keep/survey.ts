import type { ObjectStore, Snapshot } from '@contrail/delta-lake';
import type { Lake } from '../lake.ts';
import type { TableDefinition } from '../table.ts';
import { BATCH_TABLES } from '../tables.ts';
import { type Unit, unitsOf } from './units.ts';

/** How large a lake is, by a listing. */
export interface LakeSize {
  /** Every object below the root, and what unfinished writes have left. */
  readonly bytes: number;
  /** Those that are data files of the tables of a micro-batch: live ones, removed ones that wait, and nameless ones. */
  readonly dataBytes: number;
}

/** Lists a whole lake: on S3 one request for a thousand files. */
export async function sizeOf(store: ObjectStore): Promise<LakeSize> {
  const folders = BATCH_TABLES.map(({ name }) => `${name}/`);
  let [bytes, dataBytes] = [0, 0];
  for await (const { key, bytes: size } of store.list('')) {
    bytes += size;
    const folder = folders.find((one) => key.startsWith(one));
    if (folder !== undefined && !key.startsWith('_delta_log/', folder.length)) dataBytes += size;
  }
  if (store.leftovers !== undefined) for await (const { bytes: size } of store.leftovers('')) bytes += size;
  return { bytes, dataBytes };
}

/** A table that KEEP may bound, at one version. */
export interface SurveyedTable {
  readonly definition: TableDefinition;
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly units: readonly Unit[];
}

/** The tables of a lake that exist, at their newest versions. */
export async function surveyTables(lake: Lake): Promise<readonly SurveyedTable[]> {
  const tables: SurveyedTable[] = [];
  for (const definition of BATCH_TABLES) {
    const snapshot = await (await lake.table(definition))?.snapshot();
    if (snapshot === undefined) continue;
    tables.push({ definition, name: definition.name, snapshot, units: unitsOf(definition, snapshot) });
  }
  return tables;
}

/** Bytes of the live files. */
export const liveBytes = (tables: readonly SurveyedTable[]): number =>
  tables.reduce((sum, { snapshot }) => sum + snapshot.bytes, 0);

/** Bytes that no plan can free: logs, records, other tables, and files that do not say when their rows are from. */
export function otherBytes(size: LakeSize, tables: readonly SurveyedTable[]): number {
  const planned = tables.reduce(
    (sum, { units }) => sum + units.reduce((all, { bytes }) => all + bytes, 0),
    0,
  );
  return size.bytes - size.dataBytes + liveBytes(tables) - planned;
}
