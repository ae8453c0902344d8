import type { AddFile, DeltaTable } from '@contrail/delta-lake';
import type { Engine } from '../../engine/engine.ts';
import {
  DELETED_ARCHIVED,
  DELETED_DAY,
  DELETED_REFUSED,
  DELETED_ROWS,
  DELETED_SINCE,
  deletedArchived,
  deletedRefused,
  deletedRows,
  SINCE_FROM,
} from '../../lake/keep/ledger.ts';
import type { Unit } from '../../lake/keep/units.ts';
import { BRONZE_FLIGHTS, FIRST_ARCHIVE_PARTITION } from '../../lake/bronze-flights.ts';
import { dataFiles, type Lake } from '../../lake/lake.ts';
import { NOT_IN_BRONZE, QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import type { TableDefinition } from '../../lake/table.ts';

/** The most files that one commit removes. */
const MAX_REMOVED = 1000;
const DAY_MS = 86_400_000;

/** What a commit deleted. */
export interface Deleted {
  readonly table: string;
  /** Days, or windows of Gold. */
  readonly what: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
}

/**
 * Deletes whole units of a table by commits, the oldest first. The files stay for the readers of older versions. Answers
 * what was deleted; fewer units when another writer committed first: the next look finds the rest.
 */
export async function deleteUnits(
  lake: Lake,
  engine: Engine,
  definition: TableDefinition,
  units: readonly Unit[],
  onPoint: (point: `deleting ${string}` | `deleted ${string}`) => void = () => undefined,
): Promise<readonly Deleted[]> {
  // An earlier version, or an earlier KEEP, made it append-only.
  const table = await lake.create(definition, null);
  const done: Deleted[] = [];
  const files = units.flatMap((unit) => unit.files.map((file) => ({ file, unit })));
  for (let start = 0; start < files.length; start += MAX_REMOVED) {
    const part = files.slice(start, start + MAX_REMOVED);
    const some = [...new Set(part.map(({ unit }) => unit))];
    onPoint(`deleting ${definition.name}`);
    const deleted = await deleteFiles({ table, engine, definition, units: some }, part);
    if (deleted === null) break;
    onPoint(`deleted ${definition.name}`);
    done.push(deleted);
  }
  return done;
}

interface Deletion {
  readonly table: DeltaTable;
  readonly engine: Engine;
  readonly definition: TableDefinition;
  readonly units: readonly Unit[];
}

/** One commit; null when it lost to another writer. */
async function deleteFiles(
  { table, engine, definition, units }: Deletion,
  part: readonly { readonly file: AddFile }[],
): Promise<Deleted | null> {
  const { name, partitionColumns } = definition;
  const files = part.map(({ file }) => file);
  const snapshot = table.cached();
  const { rows, refused, archived } = await countRows(engine, definition, table, files);
  const [column] = partitionColumns;
  const lastMs = Math.max(...units.map(({ endMs }) => endMs));
  const transaction = table
    .startTransaction({
      operation: 'DELETE',
      operationParameters: { predicate: JSON.stringify([predicateOf(column, units, lastMs)]) },
    })
    .remove(files)
    .setOperationMetrics({
      numRemovedFiles: files.length,
      numRemovedBytes: files.reduce((sum, { size }) => sum + size, 0),
      numDeletedRows: rows,
      numAddedFiles: 0,
      numCopiedRows: 0,
    });
  // A version of an application only grows, so what stays as it is must not be named.
  if (rows > 0) transaction.identify(DELETED_ROWS, deletedRows(snapshot) + rows);
  if (refused > 0) transaction.identify(DELETED_REFUSED, deletedRefused(snapshot) + refused);
  if (archived > 0) transaction.identify(DELETED_ARCHIVED, deletedArchived(snapshot) + archived);
  const day = Math.floor(lastMs / DAY_MS) - 1;
  if (column !== undefined && day > (snapshot.transactionVersion(DELETED_DAY) ?? -1))
    transaction.identify(DELETED_DAY, day);
  const since = SINCE_FROM - oldestDay(files);
  if (name === BRONZE_FLIGHTS.name && since > (snapshot.transactionVersion(DELETED_SINCE) ?? -1))
    transaction.identify(DELETED_SINCE, since);
  const result = await transaction.commit();
  if (result.kind !== 'committed') return null;
  return {
    table: name,
    what: units.map(({ label }) => label),
    rows,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    files: files.length,
  };
}

/** The day of the oldest position, in days since 1970; 0 where a file does not say. */
function oldestDay(files: readonly AddFile[]): number {
  const days = files.map(({ stats }) => {
    const min = stats?.minValues['time_position'];
    if (typeof min === 'number' || typeof min === 'bigint') return Math.floor((Number(min) * 1000) / DAY_MS);
    // Rows without a time of their position are in no window.
    return stats !== null && stats.nullCount['time_position'] === stats.numRecords ? Infinity : 0;
  });
  return Math.max(0, Math.min(SINCE_FROM, ...days));
}

/** The condition in the words of SQL, for the table's history. */
function predicateOf(column: string | undefined, units: readonly Unit[], lastMs: number): string {
  if (column === undefined) return `window_start < '${new Date(lastMs).toISOString()}'`;
  return `${column} IN (${units.map(({ label }) => `'${label}'`).join(', ')})`;
}

/** Rows of files: all of them, messages that Bronze never had, and those of archives that the accounts would count. */
interface Counts {
  readonly rows: number;
  readonly refused: number;
  readonly archived: number;
}

async function countRows(
  engine: Engine,
  definition: TableDefinition,
  table: DeltaTable,
  files: readonly AddFile[],
): Promise<Counts> {
  const counts = files.map(({ stats, deletionVector }) =>
    deletionVector === undefined ? (stats?.numRecords ?? null) : null,
  );
  const isQuarantine = definition.name === QUARANTINE_FLIGHTS.name;
  const isBronze = definition.name === BRONZE_FLIGHTS.name;
  if (!isQuarantine && !counts.includes(null) && !(isBronze && files.some(mayHaveArchives)))
    return { rows: counts.reduce<number>((sum, rows) => sum + (rows ?? 0), 0), refused: 0, archived: 0 };
  const isRefused = isQuarantine
    ? `reason in (${NOT_IN_BRONZE.map((reason) => `'${reason}'`).join(', ')})`
    : 'false';
  const isArchived =
    isQuarantine || isBronze
      ? `topic_partition >= ${FIRST_ARCHIVE_PARTITION}${isQuarantine ? ` and ${isRefused}` : ''}`
      : 'false';
  const [row] = await engine.rows({
    sql: `select count(*) as row_count, count(case when ${isRefused} then 1 end) as refused, count(case when ${isArchived} then 1 end) as archived from old`,
    relations: { old: dataFiles(definition, table.cached(), { files }) },
  });
  const count = (name: string): number => Number(row?.[name] ?? 0);
  return { rows: count('row_count'), refused: count('refused'), archived: count('archived') };
}

function mayHaveArchives({ stats }: AddFile): boolean {
  const max = stats?.maxValues['topic_partition'];
  return typeof max !== 'number' || max >= FIRST_ARCHIVE_PARTITION;
}
