import { checkArgument, invalidArgument, shown } from '../../arguments.ts';
import { type RowSource, rowReader } from '../../data-files/row-input.ts';
import type { DeltaError } from '../../errors.ts';
import { isOn } from '../../features/table-properties.ts';
import type { Row } from '../../parquet/codec.ts';
import { ownValue } from '../../records.ts';
import { scanRows } from '../../scan/rows.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { OperationResult } from '../operation-result.ts';
import { gatherSource } from './merge-source.ts';
import { OperationFiles, operate, type OperationOptions } from './operation.ts';
import { findTouched, sumOf } from './rewrite.ts';

/** What happens to a row of the table that a source row matches: it is replaced, deleted or kept. */
export type Matched = 'update' | 'delete' | 'keep' | ((target: Row, source: Row) => Row | 'delete' | 'keep');
/** What happens to a source row that matches no row of the table. */
export type NotMatched = 'insert' | 'ignore' | ((source: Row) => Row | 'ignore');

export interface MergeOptions extends OperationOptions {
  /** Columns whose values identify a row. Null equals nothing, so that a source row with a null key is never matched. */
  readonly on: readonly string[];
  /** `update` (default): the columns that the source row has take its values. */
  readonly whenMatched?: Matched;
  /** `insert` (default): the source row, columns that it lacks null. */
  readonly whenNotMatched?: NotMatched;
}

/** Source rows that are inserted in one batch. */
const INSERT_BATCH = 10_000;

/**
 * Merges rows into the table by key: an upsert, unless told otherwise. The source is held in memory by its key; the
 * table is read file by file, only files whose bounds let a key lie in them, and only those with a match that changes
 * something are written again.
 * @throws DeltaError duplicate-key when two source rows have one key; append-only, unsupported-feature,
 * invalid-argument, not-null-violated, and what reading and writing throw
 */
export async function mergeRows(
  live: LiveSnapshot,
  source: RowSource,
  options: MergeOptions,
): Promise<OperationResult> {
  const { context } = live;
  const startedMs = context.clock();
  checkArgument('merge', '"on"', options.on, 'texts');
  const table = context.store.url;
  return operate(live, options, async (snapshot, files) => {
    const asRow = rowReader(snapshot.schema);
    const decide = decisionOf(options.whenMatched ?? 'update', table, asRow);
    const insert = insertionOf(options.whenNotMatched ?? 'insert', table, asRow);
    const { rows: sourceRows, byKey, keyOf, predicate } = await gatherSource(source, options.on, snapshot);
    const matched = new Set<Row>();
    const outcomeOf = (target: Row): Outcome => {
      const found = byKey.get(keyOf(target) ?? '');
      if (!found) return KEEP;
      matched.add(found);
      return decide(target, found);
    };
    const isSimple = typeof options.whenMatched !== 'function';
    const touched = await findTouched(
      context,
      snapshot,
      sourceRows.length === 0 ? [] : snapshot.files(predicate),
      { columns: isSimple ? options.on : null, test: (row) => outcomeOf(row).kind !== 'keep' },
      options.signal,
    );
    const scannedMs = context.clock();
    const counts = { updated: 0, deleted: 0, copied: 0, inserted: 0 };
    for await (const batch of scanRows(context, snapshot, { files: touched.map(({ file }) => file) }))
      await rewriteBatch(batch, outcomeOf, files, counts);
    let inserts: Row[] = [];
    const flush = async (): Promise<void> => {
      await files.write(inserts);
      await files.writeChanges('insert', inserts);
      counts.inserted += inserts.length;
      inserts = [];
    };
    for (const row of sourceRows) {
      const inserted = matched.has(row) ? 'ignore' : insert(row);
      if (inserted !== 'ignore') inserts.push(inserted);
      if (inserts.length >= INSERT_BATCH) await flush();
    }
    await flush();
    return {
      spec: {
        operation: 'MERGE',
        operationParameters: parametersOf(options),
        reads: predicate,
        copiesRows: counts.copied + counts.updated > 0,
      },
      removes: touched.map(({ file }) => file),
      metrics: ({ appends, changes }) => ({
        numSourceRows: sourceRows.length,
        numTargetRowsInserted: counts.inserted,
        numTargetRowsUpdated: counts.updated,
        numTargetRowsDeleted: counts.deleted,
        numTargetRowsCopied: counts.copied,
        numOutputRows: counts.inserted + counts.updated + counts.copied,
        numTargetFilesAdded: appends.length,
        numTargetFilesRemoved: touched.length,
        numTargetBytesAdded: sumOf(appends, ({ bytes }) => bytes),
        numTargetBytesRemoved: sumOf(touched, ({ file }) => file.size),
        ...(isOn(snapshot.configuration, 'delta.enableChangeDataFeed')
          ? { numTargetChangeFilesAdded: changes.length }
          : {}),
        executionTimeMs: context.clock() - startedMs,
        scanTimeMs: scannedMs - startedMs,
        rewriteTimeMs: context.clock() - scannedMs,
      }),
    };
  });
}

type Outcome =
  | { readonly kind: 'keep' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'update'; readonly row: Row };

const KEEP: Outcome = { kind: 'keep' };
const DELETE: Outcome = { kind: 'delete' };

function decisionOf(
  matched: Matched,
  table: string,
  asRow: (given: unknown) => Row,
): (target: Row, source: Row) => Outcome {
  switch (matched) {
    case 'keep':
      return () => KEEP;
    case 'delete':
      return () => DELETE;
    case 'update':
      return (target, source) => ({ kind: 'update', row: { ...target, ...present(source) } });
    default:
  }
  if (typeof matched !== 'function')
    throw noClause('whenMatched', matched, '"update", "delete", "keep"', table);
  return (target, source) => {
    const decided = matched(target, source);
    if (decided === 'keep') return KEEP;
    if (decided === 'delete') return DELETE;
    return { kind: 'update', row: asRow(answeredRow('whenMatched', decided, '"delete" or "keep"', table)) };
  };
}

function insertionOf(
  notMatched: NotMatched,
  table: string,
  asRow: (given: unknown) => Row,
): (source: Row) => Row | 'ignore' {
  if (notMatched === 'insert') return (row) => row;
  if (notMatched === 'ignore') return () => 'ignore';
  if (typeof notMatched !== 'function')
    throw noClause('whenNotMatched', notMatched, '"insert", "ignore"', table);
  return (source) => {
    const decided = notMatched(source);
    return decided === 'ignore' ? decided : asRow(answeredRow('whenNotMatched', decided, '"ignore"', table));
  };
}

function noClause(clause: string, found: unknown, known: string, table: string): DeltaError {
  return invalidArgument(
    `"${clause}" of a merge into ${table} must be ${known} or a function, not ${shown(found)}`,
    { table, option: clause },
  );
}

/** Refuses what is not a row: a promise, for example, has no columns and would become a row of nulls. */
function answeredRow(clause: string, found: unknown, words: string, table: string): Row {
  const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
  if (isObject && !(found instanceof Promise)) return found as Row;
  throw invalidArgument(
    `The function "${clause}" of a merge into ${table} must return a row or ${words}, and returned ${found instanceof Promise ? 'a promise' : shown(found)}`,
    { table, option: clause },
  );
}

/** The columns that a source row has; undefined counts as absent. */
function present(source: Row): Row {
  const names = Object.keys(source);
  if (names.every((name) => source[name] !== undefined)) return source;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = ownValue(source, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function rewriteBatch(
  batch: readonly Row[],
  outcomeOf: (target: Row) => Outcome,
  files: OperationFiles,
  counts: { updated: number; deleted: number; copied: number },
): Promise<void> {
  const [kept, before, after, deleted]: [Row[], Row[], Row[], Row[]] = [[], [], [], []];
  for (const row of batch) {
    const outcome = outcomeOf(row);
    if (outcome.kind === 'delete') deleted.push(row);
    else if (outcome.kind === 'keep') kept.push(row);
    else {
      before.push(row);
      after.push(outcome.row);
      kept.push(outcome.row);
    }
  }
  counts.updated += after.length;
  counts.deleted += deleted.length;
  counts.copied += kept.length - after.length;
  await files.write(kept);
  await files.writeChanges('delete', deleted);
  await files.writeChanges('update_preimage', before);
  await files.writeChanges('update_postimage', after);
}

function parametersOf({ on, whenMatched, whenNotMatched }: MergeOptions): Readonly<Record<string, string>> {
  const action = (clause: Matched | NotMatched | undefined, fallback: string): string =>
    typeof clause === 'function' ? 'a function of the rows' : (clause ?? fallback);
  return {
    predicate: JSON.stringify([
      on.map((column) => `target.\`${column}\` = source.\`${column}\``).join(' AND '),
    ]),
    matchedPredicates: JSON.stringify([{ actionType: action(whenMatched, 'update') }]),
    notMatchedPredicates: JSON.stringify([{ actionType: action(whenNotMatched, 'insert') }]),
  };
}
