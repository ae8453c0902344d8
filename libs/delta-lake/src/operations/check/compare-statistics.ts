import type { AddFile } from '../../actions/actions.ts';
import { boundType, typedBound } from '../../scan/predicate.ts';
import { type ColumnMappingMode, physicalName } from '../../schema/column-mapping.ts';
import type { StructField, StructType } from '../../schema/types.ts';
import { compareCodePoints, compareValues, type Value } from '../../schema/value.ts';
import type { FoundStatistics } from './found-statistics.ts';

/** Something that the statistics in the log say wrongly. */
export interface StatisticsFault {
  readonly kind: 'null-count' | 'bounds';
  readonly message: string;
}

/** The leaf columns of a schema outside lists and maps, as paths of fields. */
export function* leafPaths(
  { fields }: StructType,
  parents: readonly StructField[] = [],
): Generator<readonly StructField[]> {
  for (const field of fields) {
    const path = [...parents, field];
    if (typeof field.type === 'string') yield path;
    else if (field.type.type === 'struct') yield* leafPaths(field.type, path);
  }
}

/** Whether the statistics of a file in the log say anything of a column. */
export function isLogged(
  { stats }: AddFile,
  path: readonly StructField[],
  columnMapping: ColumnMappingMode,
): boolean {
  return [stats?.minValues, stats?.maxValues, stats?.nullCount].some(
    (values) => at(values, path, columnMapping) !== undefined,
  );
}

/**
 * Compares the statistics of a file's column in the log with those in the file. A fault is what makes readers lose
 * rows: bounds that leave out a value, or a wrong number of nulls. Bounds that are wider than necessary, such as cut
 * text or instants cut to milliseconds, are not faults. If a deletion vector deletes rows, the log may describe the
 * remaining rows: bounds are then not compared, and the log may only not claim more nulls than the file has.
 * Source: Delta protocol, "Per-file Statistics".
 */
export function* compareStatistics(
  file: AddFile,
  path: readonly StructField[],
  found: FoundStatistics,
  columnMapping: ColumnMappingMode,
): Generator<StatisticsFault> {
  const { stats } = file;
  const field = path.at(-1);
  const type = field ? boundType(field) : '';
  const name = path.map((field) => field.name).join('.');
  const nulls = at(stats?.nullCount, path, columnMapping);
  const hasVector = file.deletionVector !== undefined;
  if (typeof nulls === 'number' && found.nulls !== null) {
    if (hasVector ? nulls > found.nulls : nulls !== found.nulls) {
      const message = `Its column ${name} is null in ${found.nulls} rows, but its statistics say ${nulls}.`;
      yield { kind: 'null-count', message };
    }
  }
  if (hasVector) return;
  const min = typedBound(type, at(stats?.minValues, path, columnMapping), 'min');
  const max = typedBound(type, at(stats?.maxValues, path, columnMapping), 'max');
  const order = (left: Value, right: Value): number =>
    left === null || right === null ? 0 : (compareValues(type, left, right) ?? 0);
  if (order(min, found.min) > 0 && (found.isExact || !beginsWith(min, found.min))) {
    const message = `Its column ${name} begins at ${shown(found.min)}, but its statistics say ${shown(min)}.`;
    yield { kind: 'bounds', message };
  }
  if (order(max, found.max) < 0 && (found.isExact || isBelowRaised(max, found.max))) {
    const message = `Its column ${name} ends at ${shown(found.max)}, but its statistics say ${shown(max)}.`;
    yield { kind: 'bounds', message };
  }
}

function at(values: unknown, path: readonly StructField[], columnMapping: ColumnMappingMode): unknown {
  let value = values;
  for (const field of path) {
    const key = physicalName(field, columnMapping);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** The min in the file may be cut. Then a min in the log that continues it may be right. */
function beginsWith(text: Value, beginning: Value): boolean {
  return typeof text === 'string' && typeof beginning === 'string' && text.startsWith(beginning);
}

/**
 * The max in the file may be cut and its last character raised by one. Then only a max in the log that is below both is
 * wrong.
 */
function isBelowRaised(max: Value, raised: Value): boolean {
  if (typeof max !== 'string' || typeof raised !== 'string') return false;
  const points = Array.from(raised);
  const last = points.pop()?.codePointAt(0) ?? 0;
  if (last === 0) return false;
  return compareCodePoints(max, points.join('') + String.fromCodePoint(last - 1)) < 0;
}

function shown(value: Value): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
