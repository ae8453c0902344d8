import type { AddFile } from '../actions/actions.ts';
import type { TableLayout } from '../features/table-configuration.ts';
import { ownValue } from '../records.ts';
import { physicalName } from '../schema/column-mapping.ts';
import { parseInstant } from '../schema/instant.ts';
import { type DataType, decimalOf, struct, type StructField, type StructType } from '../schema/types.ts';
import { parsePartitionValue, plainDecimal, type Value } from '../schema/value.ts';
import { type IndexedColumn, indexedColumns } from '../statistics/indexed-columns.ts';

/** JSON in which numbers are their own text, so that no digit is lost. */
type ExactJson = string | boolean | null | { readonly [name: string]: ExactJson };

/**
 * The columns with types in which a checkpoint can hold the statistics and partition values of a table's files, and
 * their values for a file. Names are physical ones. Source: Delta protocol, "Checkpoint Schema".
 */
export interface StructuredStatistics {
  readonly fields: readonly StructField[];
  readonly valuesOf: (file: AddFile) => Readonly<Record<string, Value>>;
}

/** {@link StructuredStatistics} of a table. */
export function structuredStatistics(table: TableLayout): StructuredStatistics {
  const columns = indexedColumns(table);
  const bounds = structOf(columns, table, ({ type }) => (hasBounds(type) ? type : null));
  const counts = structOf(columns, table, () => 'long');
  const statistics = struct({
    numRecords: 'long',
    tightBounds: 'boolean',
    ...(bounds ? { minValues: bounds, maxValues: bounds } : {}),
    ...(counts ? { nullCount: counts } : {}),
  });
  const partition = table.partitionColumns.flatMap((name) => {
    const field = table.schema.fields.find((candidate) => candidate.name === name);
    return field ? [{ name: physicalName(field, table.columnMapping), type: field.type }] : [];
  });
  const partitionType = struct(Object.fromEntries(partition.map(({ name, type }) => [name, type])));
  return {
    fields: struct({
      ...(partition.length > 0 ? { partitionValues_parsed: partitionType } : {}),
      stats_parsed: statistics,
    }).fields,
    valuesOf: (file) => ({
      partitionValues_parsed: Object.fromEntries(
        partition.map(({ name, type }) => [name, parsePartitionValue(type, file.partitionValues[name])]),
      ),
      stats_parsed: file.statsText === null ? null : typed(statistics, exactJson(file.statsText)),
    }),
  };
}

/** The struct of those columns that `typeFor` gives a type; null when there is none. */
function structOf(
  columns: readonly IndexedColumn[],
  table: TableLayout,
  typeFor: (field: StructField) => DataType | null,
): StructType | null {
  const fields = columns.flatMap(({ field, fields: inner }): readonly (readonly [string, DataType])[] => {
    const type = inner ? structOf(inner, table, typeFor) : typeFor(field);
    return type === null ? [] : [[physicalName(field, table.columnMapping), type]];
  });
  return fields.length === 0 ? null : struct(Object.fromEntries(fields));
}

const WITHOUT_BOUNDS: ReadonlySet<string> = new Set(['boolean', 'binary', 'void']);

function hasBounds(type: DataType): boolean {
  return typeof type === 'string' && !WITHOUT_BOUNDS.has(type);
}

function exactJson(text: string): ExactJson {
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' ? (context?.source ?? String(value)) : value,
    ) as ExactJson;
  } catch {
    // Statistics are an aid: a file whose statistics cannot be read counts as one without.
    return null;
  }
}

/** A value of a type from its JSON; null for what is absent or not of the type. */
function typed(type: DataType, json: ExactJson | undefined): Value {
  if (json === null || json === undefined) return null;
  if (typeof type === 'object') {
    if (type.type !== 'struct' || typeof json !== 'object') return null;
    return Object.fromEntries(
      type.fields.map((field) => [field.name, typed(field.type, ownValue(json, field.name))]),
    );
  }
  if (typeof json === 'boolean') return type === 'boolean' ? json : null;
  if (typeof json !== 'string') return null;
  switch (type) {
    case 'string':
    case 'date':
      return json;
    case 'timestamp':
    case 'timestamp_ntz':
      return parseInstant(json);
    case 'long':
      return /^-?\d+$/.test(json) ? BigInt(json) : null;
    case 'byte':
    case 'short':
    case 'integer':
    case 'float':
    case 'double':
      return Number.isFinite(Number(json)) ? Number(json) : null;
    default: {
      const decimal = decimalOf(type);
      return decimal ? (plainDecimal(json, decimal.scale) ?? null) : null;
    }
  }
}
