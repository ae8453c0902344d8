import type { SchemaElement } from 'hyparquet';
import type { DataType, StructType } from '../schema/types.ts';
import type { ParquetNode } from './cell-reader.ts';

/**
 * The columns of a Parquet file as Delta types, for reading a file without a given schema. Types that Delta lacks keep
 * their Parquet names, which every reader refuses.
 * Source: Delta protocol, "Delta Data Type to Parquet Type Mappings".
 */
export function fileSchema(root: ParquetNode): StructType {
  return {
    type: 'struct',
    fields: root.children.map((node) => ({
      name: node.element.name,
      type: typeOf(node),
      nullable: node.element.repetition_type !== 'REQUIRED',
      metadata: {},
    })),
  };
}

function typeOf(node: ParquetNode): DataType {
  const { element, children } = node;
  const annotation = element.logical_type?.type ?? element.converted_type;
  const [only] = children;
  if (!only) return scalarType(element);
  if (annotation === 'LIST') {
    const [item] = only.children;
    const type = item && only.children.length === 1 ? item : only;
    return {
      type: 'array',
      elementType: typeOf(type),
      containsNull: type.element.repetition_type === 'OPTIONAL',
    };
  }
  const [key, value] = only.children;
  if ((annotation === 'MAP' || annotation === 'MAP_KEY_VALUE') && key && value) {
    return {
      type: 'map',
      keyType: typeOf(key),
      valueType: typeOf(value),
      valueContainsNull: value.element.repetition_type !== 'REQUIRED',
    };
  }
  return fileSchema(node);
}

function scalarType({ type, converted_type, logical_type, precision, scale }: SchemaElement): string {
  if (logical_type?.type === 'DECIMAL') return `decimal(${logical_type.precision},${logical_type.scale})`;
  if (converted_type === 'DECIMAL') return `decimal(${precision ?? 38},${scale ?? 0})`;
  switch (type) {
    case 'BOOLEAN':
      return 'boolean';
    case 'INT32':
      if (converted_type === 'DATE' || logical_type?.type === 'DATE') return 'date';
      if (bitsOf(converted_type, logical_type) === 8) return 'byte';
      return bitsOf(converted_type, logical_type) === 16 ? 'short' : 'integer';
    case 'INT64':
      if (logical_type?.type === 'TIMESTAMP')
        return logical_type.isAdjustedToUTC ? 'timestamp' : 'timestamp_ntz';
      return converted_type?.startsWith('TIMESTAMP') === true ? 'timestamp' : 'long';
    case 'INT96':
      return 'timestamp';
    case 'FLOAT':
      return 'float';
    case 'DOUBLE':
      return 'double';
    case 'BYTE_ARRAY':
      return converted_type === 'UTF8' || logical_type?.type === 'STRING' ? 'string' : 'binary';
    case 'FIXED_LEN_BYTE_ARRAY':
    case undefined:
      break;
  }
  return logical_type === undefined ? 'binary' : logical_type.type.toLowerCase();
}

function bitsOf(converted: SchemaElement['converted_type'], logical: SchemaElement['logical_type']): number {
  if (logical?.type === 'INTEGER') return logical.bitWidth;
  return converted === 'INT_8' ? 8 : converted === 'INT_16' ? 16 : 32;
}
