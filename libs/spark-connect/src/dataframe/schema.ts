import { SparkConnectError } from '../errors.ts';
import type { DataType, DataType_Struct } from '../gen/spark/connect/connect_pb.ts';

/** A column of a relation. */
export interface SchemaColumn {
  readonly name: string;
  /** As Spark SQL writes it: `bigint`, `decimal(10,2)`, `array<string>`, `struct<a:int>`, … */
  readonly type: string;
  readonly isNullable: boolean;
}

/** The columns of a schema that the server sent. */
export function columnsOf(schema: DataType | undefined): readonly SchemaColumn[] {
  if (schema?.kind.case !== 'struct')
    throw new SparkConnectError('unexpected-answer', 'AnalyzePlan: the schema is not a struct');
  return schema.kind.value.fields.map(({ name, dataType, nullable }) => ({
    name,
    type: typeName(dataType),
    isNullable: nullable,
  }));
}

const YEAR_MONTH = ['year', 'month'];
const DAY_TIME = ['day', 'hour', 'minute', 'second'];

/** Source: Spark, `DataType.simpleString`. */
function typeName(type: DataType | undefined): string {
  const kind: DataType['kind'] = type?.kind ?? { case: undefined };
  switch (kind.case) {
    case undefined:
      throw new SparkConnectError('unsupported', 'AnalyzePlan: the schema has a type that is not supported');
    case 'null':
      return 'void';
    case 'binary':
      return 'binary';
    case 'boolean':
      return 'boolean';
    case 'byte':
      return 'tinyint';
    case 'short':
      return 'smallint';
    case 'integer':
      return 'int';
    case 'long':
      return 'bigint';
    case 'float':
      return 'float';
    case 'double':
      return 'double';
    case 'date':
      return 'date';
    case 'timestamp':
      return 'timestamp';
    case 'timestampNtz':
      return 'timestamp_ntz';
    case 'variant':
      return 'variant';
    case 'decimal':
      return `decimal(${kind.value.precision ?? 10},${kind.value.scale ?? 0})`;
    case 'string': {
      const { collation } = kind.value;
      return collation === '' || collation === 'UTF8_BINARY' ? 'string' : `string collate ${collation}`;
    }
    case 'char':
      return `char(${kind.value.length})`;
    case 'varChar':
      return `varchar(${kind.value.length})`;
    case 'yearMonthInterval':
      return intervalName(YEAR_MONTH, kind.value);
    case 'dayTimeInterval':
      return intervalName(DAY_TIME, kind.value);
    case 'array':
      return `array<${typeName(kind.value.elementType)}>`;
    case 'map':
      return `map<${typeName(kind.value.keyType)},${typeName(kind.value.valueType)}>`;
    case 'struct':
      return structName(kind.value);
  }
}

const structName = ({ fields }: DataType_Struct): string =>
  `struct<${fields.map(({ name, dataType }) => `${name}:${typeName(dataType)}`).join(',')}>`;

function intervalName(
  units: readonly string[],
  {
    startField = 0,
    endField = units.length - 1,
  }: { readonly startField?: number | undefined; readonly endField?: number | undefined },
): string {
  const [start, end] = [units[startField] ?? '', units[endField] ?? ''];
  return start === end ? `interval ${start}` : `interval ${start} to ${end}`;
}
