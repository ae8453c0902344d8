import { type FileMetaData, parquetSchema, type SchemaElement } from 'hyparquet';
import { columnOf, type ParquetNode } from '../../parquet/cell-reader.ts';
import { legacyCalendar } from '../../parquet/legacy-calendar.ts';
import { scalarReader } from '../../parquet/scalar-reader.ts';
import type { ColumnMappingMode } from '../../schema/column-mapping.ts';
import { decimalOf, type StructField } from '../../schema/types.ts';
import { compareValues, formatDecimal, plainDecimal, type Value } from '../../schema/value.ts';

/** What a file itself says of one of its primitive columns, deleted rows included. */
export interface FoundStatistics {
  /** Null: it does not say. */
  readonly nulls: number | null;
  /** No value is below it. Null: the file does not say, or there is no value. */
  readonly min: Value;
  /** No value is above it. */
  readonly max: Value;
  /** Whether `min` and `max` are values of the column. Text may have been cut. */
  readonly isExact: boolean;
}

/**
 * What a file's footer says of the column that a path of fields leads to; null where it says nothing, or the column
 * cannot be read as its type. The row groups are merged; a fact that one of them lacks is unknown. A column that the
 * file lacks is null in each row.
 * Source: parquet.thrift, `Statistics`; for text, the older `min` and `max` are ignored, because their order was never
 * defined.
 */
export function footerStatistics(
  footer: FileMetaData,
  path: readonly StructField[],
  columnMapping: ColumnMappingMode,
): FoundStatistics | null {
  const type = path.at(-1)?.type;
  if (typeof type !== 'string') return null;
  const stored: string[] = [];
  let node: ParquetNode = parquetSchema(footer);
  for (const field of path) {
    const child = columnOf(node.children, field, columnMapping);
    if (!child) return { nulls: Number(footer.num_rows), min: null, max: null, isExact: true };
    stored.push(child.element.name);
    node = child;
  }
  const read = node.children.length > 0 ? null : valueReader(type, node.element, footer);
  if (!read) return null;
  let nulls: number | null = 0;
  const bounds: { min: Value[] | null; max: Value[] | null } = { min: [], max: [] };
  for (const { columns } of footer.row_groups) {
    const chunk = columns.find(({ meta_data: { path_in_schema: name = [] } = {} }) =>
      isSame(name, stored),
    )?.meta_data;
    const { statistics } = chunk ?? {};
    if (!chunk || !statistics) return null;
    const { null_count: count } = statistics;
    nulls = nulls === null || count === undefined ? null : nulls + Number(count);
    // Without a value there is no bound, and none is missing.
    if (count === chunk.num_values) continue;
    for (const side of ['min', 'max'] as const) {
      const raw = statistics[`${side}_value`] ?? (type === 'string' ? undefined : statistics[side]);
      const value = raw === undefined ? null : read(raw);
      if (value === null) bounds[side] = null;
      else bounds[side]?.push(value);
    }
  }
  const sorted = (values: Value[] | null): readonly Value[] =>
    values?.toSorted((a, b) => compareValues(type, a, b) ?? 0) ?? [];
  return {
    nulls,
    min: sorted(bounds.min)[0] ?? null,
    max: sorted(bounds.max).at(-1) ?? null,
    isExact: type !== 'string',
  };
}

/**
 * Reads a bound as hyparquet gives it; null when the column cannot be read as the type. The reader answers null for no
 * bound.
 */
function valueReader(
  type: string,
  element: SchemaElement,
  footer: FileMetaData,
): ((raw: NonNullable<unknown>) => Value) | null {
  // Bounds of INT96 have no defined order, and the log has no bounds of bytes.
  if (element.type === 'INT96' || type === 'binary') return null;
  const decimal = decimalOf(type);
  if (decimal && element.converted_type === 'DECIMAL') {
    const stored = element.scale ?? 0;
    return (raw) => {
      // hyparquet divides by the scale. As long as the digits fit into a double, multiplying restores them.
      const unscaled = typeof raw === 'number' ? Math.round(raw * 10 ** stored) : Number.NaN;
      if (!Number.isSafeInteger(unscaled)) return null;
      return plainDecimal(formatDecimal(BigInt(unscaled), stored), decimal.scale) ?? null;
    };
  }
  const read = scalarReader(type, element, legacyCalendar(footer.key_value_metadata));
  if (!read) return null;
  return (raw) => {
    const value = read(raw);
    return typeof value === 'number' && Number.isNaN(value) ? null : value;
  };
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, depth) => name === right[depth]);
}
