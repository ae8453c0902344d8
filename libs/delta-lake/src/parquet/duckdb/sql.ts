import { unsupportedFeature } from '../../errors.ts';
import { type ColumnMappingMode, physicalName } from '../../schema/column-mapping.ts';
import { type DataType, decimalOf, type StructField } from '../../schema/types.ts';

/** A name as a quoted SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Text as a SQL literal. */
export const textLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Escapes a path, which DuckDB takes for a glob pattern: a folder may be called `data[1]`. */
export const globEscape = (path: string): string => path.replace(/[*?[]/g, (character) => `[${character}]`);

const SCALARS: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  byte: 'tinyint',
  short: 'smallint',
  integer: 'integer',
  long: 'bigint',
  float: 'float',
  double: 'double',
  string: 'varchar',
  binary: 'blob',
  date: 'date',
  // An instant: a plain timestamp would be written as one without a zone.
  timestamp: 'timestamptz',
  timestamp_ntz: 'timestamp',
};

/**
 * The DuckDB type of a column; fields have the names that they have in files.
 * @throws DeltaError unsupported-feature
 */
export function sqlType(type: DataType, mode: ColumnMappingMode): string {
  if (typeof type === 'string') {
    const decimal = decimalOf(type);
    const found = decimal ? `decimal(${decimal.precision},${decimal.scale})` : SCALARS[type];
    if (found === undefined) throw unsupportedFeature(`type ${type}`, 'write', 'the file');
    return found;
  }
  if (type.type === 'array') return `${sqlType(type.elementType, mode)}[]`;
  if (type.type === 'map') return `map(${sqlType(type.keyType, mode)}, ${sqlType(type.valueType, mode)})`;
  const fields = type.fields.map(
    (field) => `${identifier(physicalName(field, mode))} ${sqlType(field.type, mode)}`,
  );
  return `struct(${fields.join(', ')})`;
}

/** The `field_ids` of a COPY, for fields at any depth; empty when no field has an id. */
export function fieldIds(fields: readonly StructField[], mode: ColumnMappingMode): string {
  const parts = fields.flatMap((field) => {
    const text = idsOf(field.metadata['delta.columnMapping.id'], field.type, mode);
    return text === null ? [] : [`${identifier(physicalName(field, mode))}: ${text}`];
  });
  return parts.join(', ');
}

/** The id of a field: a number, or a struct of it and the ids of inner fields. */
function idsOf(id: unknown, type: DataType, mode: ColumnMappingMode): string | null {
  const own = typeof id === 'number' ? String(id) : null;
  const inner = typeof type === 'string' ? '' : nestedIds(type, mode);
  if (inner === '') return own;
  return `{${own === null ? '' : `__duckdb_field_id: ${own}, `}${inner}}`;
}

function nestedIds(type: Exclude<DataType, string>, mode: ColumnMappingMode): string {
  if (type.type === 'struct') return fieldIds(type.fields, mode);
  const members: readonly (readonly [string, DataType])[] =
    type.type === 'array'
      ? [['element', type.elementType]]
      : [
          ['key', type.keyType],
          ['value', type.valueType],
        ];
  return members
    .flatMap(([name, member]) => {
      const text = idsOf(undefined, member, mode);
      return text === null ? [] : [`${name}: ${text}`];
    })
    .join(', ');
}
