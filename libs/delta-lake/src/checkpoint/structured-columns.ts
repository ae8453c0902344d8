import type { Row } from '../parquet/codec.ts';
import { ownValue } from '../records.ts';
import { formatInstant } from '../schema/instant.ts';
import { type DataType, decimalOf, type StructField, type StructType } from '../schema/types.ts';
import { serializePartitionValue, type Value } from '../schema/value.ts';
import { READABLE_SCHEMA } from './columns/schema.ts';

/**
 * Checkpoints may hold the statistics and partition values of their files as columns with types
 * (`add.stats_parsed`, `add.partitionValues_parsed`) instead of as text. They become the text that a commit would have.
 * Source: Delta protocol, "Checkpoint Schema".
 */
const STATISTICS = 'stats_parsed';
const PARTITION_VALUES = 'partitionValues_parsed';

type Json = Readonly<Record<string, unknown>>;
type Struct = { readonly [name: string]: Value };

/** The checkpoint schema with those of these columns that the file has; null when it has none. */
export function structuredColumns(file: StructType): StructType | null {
  const found = structOf(file, 'add')?.fields.filter(
    ({ name, type }) => (name === STATISTICS || name === PARTITION_VALUES) && typeof type === 'object',
  );
  if (!found || found.length === 0) return null;
  return {
    type: 'struct',
    fields: READABLE_SCHEMA.fields.map((field): StructField => {
      const type = structOf(READABLE_SCHEMA, field.name);
      return field.name === 'add' && type
        ? { ...field, type: { type: 'struct', fields: [...type.fields, ...found] } }
        : field;
    }),
  };
}

/** An action with the texts that it lacks, made from the columns of its row. */
export function withStructuredValues(action: Json, row: Row, columns: StructType): Json {
  const add = row['add'] as Struct | null | undefined;
  const type = structOf(columns, 'add');
  if (!add || !type) return action;
  const body = action['add'] as Json;
  const [statistics, partition] = [add[STATISTICS], add[PARTITION_VALUES]];
  const [statisticsType, partitionType] = [structOf(type, STATISTICS), structOf(type, PARTITION_VALUES)];
  return {
    ...action,
    add: {
      ...body,
      ...(body['stats'] === undefined && statistics && statisticsType
        ? { stats: structText(statisticsType, statistics as Struct) }
        : {}),
      ...(body['partitionValues'] === undefined && partition && partitionType
        ? { partitionValues: partitionTexts(partitionType, partition as Struct) }
        : {}),
    },
  };
}

function partitionTexts(type: StructType, values: Struct): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    type.fields.map((field) => [
      field.name,
      serializePartitionValue(field.type, ownValue(values, field.name) ?? null),
    ]),
  );
}

function structText(type: StructType, values: Struct): string {
  const fields = type.fields.flatMap(({ name, type: fieldType }) => {
    const text = valueText(fieldType, ownValue(values, name) ?? null);
    return text === null ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${fields.join()}}`;
}

/** JSON text of a statistic, with every digit; null for a type that statistics do not hold. */
function valueText(type: DataType, value: Value): string | null {
  if (value === null) return null;
  if (typeof type === 'object') return type.type === 'struct' ? structText(type, value as Struct) : null;
  if (typeof value === 'string') return decimalOf(type) ? value : JSON.stringify(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'bigint') return null;
  if (type === 'timestamp') return `"${formatInstant(value)}Z"`;
  return type === 'timestamp_ntz' ? `"${formatInstant(value)}"` : String(value);
}

function structOf(type: StructType, name: string): StructType | null {
  const found = type.fields.find((field) => field.name === name)?.type;
  return typeof found === 'object' && found.type === 'struct' ? found : null;
}
