import type { SchemaElement } from 'hyparquet';
import { DeltaError, unsupportedFeature } from '../errors.ts';
import { blankRecord } from '../records.ts';
import { type ColumnMappingMode, fieldId, physicalName } from '../schema/column-mapping.ts';
import {
  type ArrayType,
  type DataType,
  isKnownPrimitive,
  type MapType,
  type StructField,
  type StructType,
} from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import { decodedName } from './decoded-names.ts';
import type { LegacyCalendar } from './legacy-calendar.ts';
import { scalarReader } from './scalar-reader.ts';

/** A column of a Parquet file, as a tree. */
export interface ParquetNode {
  readonly element: SchemaElement;
  readonly children: readonly ParquetNode[];
}

/** Turns a decoded Parquet value into a {@link Value}. */
export type CellReader = (raw: unknown) => Value;

/** How a file's columns are read as fields: how they are found, and which calendar its dates use. */
export interface ReadPlan {
  readonly columnMapping: ColumnMappingMode;
  readonly calendar: LegacyCalendar | null;
}

/**
 * The column of a file that holds a field. By id, or by name in files older than the ids. By name: the one with the
 * exact name, else the only one that differs in case alone, because Delta's names ignore case.
 */
export function columnOf(
  columns: readonly ParquetNode[],
  field: StructField,
  mode: ColumnMappingMode,
): ParquetNode | undefined {
  const id = fieldId(field, mode);
  if (id !== null) {
    const found = columns.find(({ element }) => element.field_id === id);
    if (found || columns.some(({ element }) => element.field_id !== undefined)) return found;
  }
  const name = physicalName(field, mode);
  const exact = columns.find(({ element }) => element.name === name);
  if (exact || mode !== 'none') return exact;
  const alike = columns.filter(({ element }) => element.name.toLowerCase() === name.toLowerCase());
  return alike.length === 1 ? alike[0] : undefined;
}

/**
 * How to read a Parquet column as a Delta type. Struct fields that the file lacks are null; lists may have two levels
 * or three (Parquet, "Backward-compatibility rules"); narrower types of older files widen.
 * @throws DeltaError unsupported-feature for a type that has no {@link Value}; corrupt-file when the column cannot be
 * read as that type
 */
export function cellReader(type: DataType, node: ParquetNode, column: string, plan: ReadPlan): CellReader {
  if (typeof type === 'string') {
    if (!isKnownPrimitive(type)) throw unsupportedFeature(featureOf(type), 'read', `column ${column}`);
    const read = node.children.length > 0 ? null : scalarReader(type, node.element, plan.calendar);
    if (!read) throw mismatch(type, node, column);
    return nullable(read);
  }
  if (type.type === 'struct') return structReader(type, node, column, plan);
  return type.type === 'array' ? arrayReader(type, node, column, plan) : mapReader(type, node, column, plan);
}

function structReader(type: StructType, node: ParquetNode, column: string, plan: ReadPlan): CellReader {
  if (node.children.length === 0) throw mismatch('struct', node, column);
  const fields = type.fields.map((field) => {
    const child = columnOf(node.children, field, plan.columnMapping);
    return {
      name: field.name,
      stored: decodedName(child?.element.name ?? ''),
      read: child ? cellReader(field.type, child, `${column}.${field.name}`, plan) : null,
    };
  });
  const blank = blankRecord<Value>(fields.map(({ name }) => name));
  return nullable((raw) => {
    const values = blank();
    for (const { name, stored, read } of fields)
      values[name] = read ? read((raw as Record<string, unknown>)[stored]) : null;
    return values;
  });
}

function arrayReader(type: ArrayType, node: ParquetNode, column: string, plan: ReadPlan): CellReader {
  const repeated = node.children[0];
  if (!repeated || repeated.element.repetition_type !== 'REPEATED') throw mismatch('array', node, column);
  const isTwoLevel =
    repeated.children.length !== 1 ||
    repeated.element.name === 'array' ||
    repeated.element.name.endsWith('_tuple');
  const element = isTwoLevel ? repeated : repeated.children[0];
  if (!element) throw mismatch('array', node, column);
  const read = cellReader(type.elementType, element, `${column}.element`, plan);
  return nullable((raw) => Array.from(raw as ArrayLike<unknown>, (value) => read(value)));
}

function mapReader(type: MapType, node: ParquetNode, column: string, plan: ReadPlan): CellReader {
  const entries = node.children[0];
  const [key, value] = entries?.children ?? [];
  if (!entries || !key || entries.element.repetition_type !== 'REPEATED') throw mismatch('map', node, column);
  const readKey = cellReader(type.keyType, key, `${column}.key`, plan);
  const readValue = value ? cellReader(type.valueType, value, `${column}.value`, plan) : (): null => null;
  return nullable((raw) => {
    const list = (raw as Record<string, unknown>)[entries.element.name] as
      | readonly Record<string, unknown>[]
      | null;
    return (list ?? []).map((entry): Value => [
      readKey(entry[key.element.name]),
      readValue(entry[value?.element.name ?? '']),
    ]);
  });
}

function nullable(read: (raw: NonNullable<unknown>) => Value): CellReader {
  return (raw) => (raw === null || raw === undefined ? null : read(raw));
}

/** The table feature that a type belongs to, for the refusal. */
function featureOf(type: string): string {
  return type === 'variant' ? 'variantType' : `type ${type}`;
}

function mismatch(type: string, { element, children }: ParquetNode, column: string): DeltaError {
  const annotation = element.logical_type?.type ?? element.converted_type;
  const found = element.type ?? `group of ${children.length}`;
  return new DeltaError(
    'corrupt-file',
    `its column ${column} is ${found}${annotation === undefined ? '' : ` (${annotation})`}, which cannot be read as ${type}`,
    { facts: { column, type } },
  );
}
