import { checkArgument, invalidArgument } from '../../arguments.ts';
import { rowReader } from '../../data-files/row-input.ts';
import { checkRemovable } from '../../features/protocol.ts';
import type { Row } from '../../parquet/codec.ts';
import { scanRows } from '../../scan/rows.ts';
import type { CellInput, Value } from '../../schema/value.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { OperationResult } from '../operation-result.ts';
import { conditionOf, type Where } from './condition.ts';
import { operate, type OperationOptions } from './operation.ts';
import { findTouched, rewriteMetrics } from './rewrite.ts';

/** New values by column; a function gets the row as it was. */
export type Assignments = Readonly<Record<string, CellInput | ((row: Row) => CellInput)>>;

/**
 * Sets columns of the rows that satisfy a condition. Files that hold such a row are written again, partition by
 * partition: a row whose partition value changes moves.
 * @throws DeltaError append-only, unsupported-feature, invalid-argument, not-null-violated, and what reading and writing
 * throw
 */
export async function updateRows(
  live: LiveSnapshot,
  set: Assignments,
  where: Where,
  options: OperationOptions = {},
): Promise<OperationResult> {
  const { context } = live;
  const startedMs = context.clock();
  return operate(live, options, async (snapshot, files) => {
    const assign = assignmentOf(set, snapshot);
    checkRemovable(snapshot.metadata, context.store.url);
    const condition = conditionOf(where, snapshot);
    const touched = await findTouched(context, snapshot, condition.files, condition, options.signal);
    const scannedMs = context.clock();
    for await (const rows of scanRows(context, snapshot, { files: touched.map(({ file }) => file) })) {
      const before = rows.filter(condition.test);
      const after = new Map(before.map((row) => [row, assign(row)]));
      await files.write(rows.map((row) => after.get(row) ?? row));
      await files.writeChanges('update_preimage', before);
      await files.writeChanges('update_postimage', [...after.values()]);
    }
    return {
      spec: {
        operation: 'UPDATE',
        operationParameters: { predicate: JSON.stringify([condition.text]) },
        reads: condition.reads,
      },
      removes: touched.map(({ file }) => file),
      metrics: rewriteMetrics(context, touched, 'numUpdatedRows', { startedMs, scannedMs }),
    };
  });
}

function assignmentOf(set: Assignments, { schema, table }: Snapshot): (row: Row) => Row {
  checkArgument('update', 'the columns to set', set, 'object');
  const columns = Object.entries(set);
  for (const [name, value] of columns) {
    if (!schema.fields.some((field) => field.name === name)) {
      throw invalidArgument(`The column "${name}" cannot be set: ${table} has no such column`, {
        table,
        column: name,
      });
    }
    checkValue(name, value, table);
  }
  const asRow = rowReader(schema);
  return (row) => {
    const cells = columns.map(([name, value]): [string, Value] => {
      const cell = typeof value === 'function' ? checkValue(name, value(row), table) : value;
      return [name, cell as Value];
    });
    return asRow({ ...row, ...Object.fromEntries(cells) });
  };
}

/** Refuses undefined: it is more often a mistake than a null. */
function checkValue<T>(column: string, value: T | undefined, table: string): T {
  if (value !== undefined) return value;
  throw invalidArgument(
    `The column "${column}" of ${table} cannot be set to undefined. Set it to null to empty it, or leave it out to keep it`,
    { table, column },
  );
}
