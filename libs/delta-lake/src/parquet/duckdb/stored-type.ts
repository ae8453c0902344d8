import type { SchemaElement } from 'hyparquet';
import type { ColumnMappingMode } from '../../schema/column-mapping.ts';
import { type DataType, decimalOf } from '../../schema/types.ts';
import { columnOf, type ParquetNode } from '../cell-reader.ts';

/**
 * Whether a Parquet column is stored as Delta's own writers store the type. Then DuckDB reads it correctly: it needs no
 * cast, lacks no field and has no older layout. Source: Delta protocol, "Delta Data Type to Parquet Type Mappings".
 */
export function isStoredAs(type: DataType, node: ParquetNode, mode: ColumnMappingMode): boolean {
  const { element, children } = node;
  if (typeof type === 'string') return children.length === 0 && isScalar(type, element);
  const annotation = element.logical_type?.type ?? element.converted_type;
  if (type.type === 'struct') {
    if (annotation !== undefined || children.length === 0) return false;
    return type.fields.every((field) => {
      const child = columnOf(children, field, mode);
      return child !== undefined && isStoredAs(field.type, child, mode);
    });
  }
  const [repeated] = children;
  if (!repeated || children.length !== 1 || repeated.element.repetition_type !== 'REPEATED') return false;
  if (type.type === 'array') {
    const [item] = repeated.children;
    const isStandard =
      annotation === 'LIST' && repeated.element.name === 'list' && repeated.children.length === 1;
    return isStandard && item !== undefined && isStoredAs(type.elementType, item, mode);
  }
  const [key, value] = repeated.children;
  if (annotation !== 'MAP' || !key || !value || repeated.children.length !== 2) return false;
  return isStoredAs(type.keyType, key, mode) && isStoredAs(type.valueType, value, mode);
}

function isScalar(type: string, element: SchemaElement): boolean {
  const { type: physical, converted_type: converted, logical_type: logical } = element;
  const isPlain = converted === undefined && logical === undefined;
  const isInteger = (bits: number): boolean =>
    logical?.type === 'INTEGER'
      ? logical.isSigned && logical.bitWidth === bits
      : logical === undefined && converted === `INT_${bits}`;
  switch (type) {
    case 'boolean':
      return physical === 'BOOLEAN' && isPlain;
    case 'byte':
      return physical === 'INT32' && isInteger(8);
    case 'short':
      return physical === 'INT32' && isInteger(16);
    case 'integer':
      return physical === 'INT32' && (isPlain || isInteger(32));
    case 'long':
      return physical === 'INT64' && (isPlain || isInteger(64));
    case 'float':
      return physical === 'FLOAT' && isPlain;
    case 'double':
      return physical === 'DOUBLE' && isPlain;
    case 'string':
      return physical === 'BYTE_ARRAY' && (logical?.type === 'STRING' || (!logical && converted === 'UTF8'));
    case 'binary':
      return physical === 'BYTE_ARRAY' && isPlain;
    case 'date':
      return physical === 'INT32' && (logical?.type === 'DATE' || (!logical && converted === 'DATE'));
    case 'timestamp':
    case 'timestamp_ntz': {
      if (physical !== 'INT64') return false;
      if (!logical) return type === 'timestamp' && converted === 'TIMESTAMP_MICROS';
      if (logical.type !== 'TIMESTAMP' || logical.unit !== 'MICROS') return false;
      return logical.isAdjustedToUTC === (type === 'timestamp');
    }
    default: {
      const decimal = decimalOf(type);
      const isDecimal = logical?.type === 'DECIMAL' || (!logical && converted === 'DECIMAL');
      if (!decimal || !isDecimal) return false;
      const { precision, scale } = logical?.type === 'DECIMAL' ? logical : element;
      return precision === decimal.precision && (scale ?? 0) === decimal.scale;
    }
  }
}
