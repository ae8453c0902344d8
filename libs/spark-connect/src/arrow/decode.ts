import {
  type Batch,
  type DataType,
  type DecimalType,
  type IntervalType,
  IntervalUnit,
  type StructType,
  type Table,
  tableFromIPC,
  Type,
} from '@uwdata/flechette';
import { SparkConnectError } from '../errors.ts';
import { formatDate } from './instant.ts';
import { formatDecimal } from './decimal.ts';
import type { Row, Value } from './value.ts';

const DAY_MS = 86_400_000;

/** Reads the value at an index of a batch; the index may hold null. */
type Reader = (index: number) => Value;

/** Rows of a result that arrived together: columns decoded when asked for. */
export class ResultBatch {
  readonly rowCount: number;
  /** Names of the columns in order; a SELECT may give two the same name. */
  readonly columns: readonly string[];
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
    this.rowCount = table.numRows;
    this.columns = table.names.map(String);
  }

  /** All values of a column, by its position. */
  column(position: number): readonly Value[] {
    const values: Value[] = [];
    for (const batch of this.#table.getChildAt(position).data) {
      const read = readerOf(batch);
      for (let index = 0; index < batch.length; index += 1) values.push(read(index));
    }
    return values;
  }

  /**
   * @param options.decimals `number`: as doubles, which may have fewer digits; the default is exact text.
   * @throws SparkConnectError invalid-argument when two columns have the same name, since a row would hold one.
   */
  rows(options: { readonly decimals?: 'text' | 'number' } = {}): Row[] {
    const { columns } = this;
    const twice = columns.find((name, position) => columns.indexOf(name) !== position);
    if (twice !== undefined)
      throw new SparkConnectError(
        'invalid-argument',
        `Reading rows: two columns are named "${twice}"; give them different names in the query, or read column(position)`,
        { facts: { columns } },
      );
    const isRounded = options.decimals === 'number';
    const values = columns.map((_, position) => {
      const column = this.column(position);
      if (!isRounded || !this.#isDecimal(position)) return column;
      return column.map((value) => (value === null ? null : Number(value)));
    });
    return Array.from({ length: this.rowCount }, (_, row) =>
      Object.fromEntries(columns.map((name, position) => [name, values[position]?.[row] ?? null])),
    );
  }

  #isDecimal(position: number): boolean {
    return this.#table.schema.fields[position]?.type.typeId === Type.Decimal;
  }
}

/**
 * Reads the Arrow IPC stream of one `ArrowBatch`.
 * @throws SparkConnectError unsupported for a column type or compression that is not known, unexpected-answer when the
 * bytes are not such a stream.
 */
export function decodeBatch(data: Uint8Array): ResultBatch {
  // Arrow's buffers are read in place and must start at a multiple of 8.
  const aligned = data.byteOffset % 8 === 0 ? data : new Uint8Array(data);
  let table: Table;
  try {
    table = tableFromIPC(aligned, { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true });
  } catch (error) {
    throw new SparkConnectError(
      'unexpected-answer',
      'Reading a result: its bytes are not a readable Arrow stream',
      {
        cause: error,
        facts: { bytes: data.byteLength },
      },
    );
  }
  return new ResultBatch(table);
}

function readerOf(batch: Batch<unknown>): Reader {
  const read = valueReader(batch);
  return batch.nullCount === 0 || batch.validity === undefined
    ? read
    : (index) => (batch.isValid(index) ? read(index) : null);
}

/** Reads values that are not null. The types are those that Spark makes: `ArrowUtils.toArrowType`. */
function valueReader(batch: Batch<unknown>): Reader {
  const make = READERS[batch.type.typeId];
  if (make === undefined) throw unsupportedType(batch.type);
  return make(batch);
}

const asItIs =
  (batch: Batch<unknown>): Reader =>
  (index) =>
    batch.value(index) as Value;

const binaryReader =
  (batch: Batch<unknown>): Reader =>
  (index) =>
    new Uint8Array(batch.value(index) as Uint8Array);

const READERS: Readonly<Partial<Record<number, (batch: Batch<unknown>) => Reader>>> = {
  [Type.Null]: () => () => null,
  [Type.Bool]: asItIs,
  [Type.Int]: asItIs,
  [Type.Float]: asItIs,
  [Type.Utf8]: asItIs,
  [Type.LargeUtf8]: asItIs,
  [Type.Timestamp]: asItIs,
  [Type.Duration]: asItIs,
  [Type.Time]: asItIs,
  [Type.Binary]: binaryReader,
  [Type.LargeBinary]: binaryReader,
  [Type.Date]: (batch) => (index) => formatDate((batch.value(index) as number) / DAY_MS),
  [Type.Decimal]: decimalReader,
  [Type.Interval]: intervalReader,
  [Type.List]: listReader,
  [Type.LargeList]: listReader,
  [Type.Map]: mapReader,
  [Type.Struct]: structReader,
};

function decimalReader(batch: Batch<unknown>): Reader {
  const { scale } = batch.type as DecimalType;
  return (index) => formatDecimal(BigInt(batch.value(index) as bigint), scale);
}

/** Only year-month intervals, which Arrow counts in months; Spark's day-time intervals are durations. */
function intervalReader(batch: Batch<unknown>): Reader {
  if ((batch.type as IntervalType).unit !== IntervalUnit.YEAR_MONTH) throw unsupportedType(batch.type);
  return asItIs(batch);
}

function listReader(batch: Batch<unknown>): Reader {
  const [child] = batch.children ?? [];
  if (child === undefined) throw unsupportedType(batch.type);
  const read = readerOf(child);
  const at = (index: number): number => Number(batch.offsets?.[index] ?? 0);
  return (index) => Array.from({ length: at(index + 1) - at(index) }, (_, k) => read(at(index) + k));
}

/** The child of a map is a list of structs of key and value. */
function mapReader(batch: Batch<unknown>): Reader {
  const [key, value] = batch.children?.[0]?.children ?? [];
  if (key === undefined || value === undefined) throw unsupportedType(batch.type);
  const readKey = readerOf(key);
  const readValue = readerOf(value);
  const at = (index: number): number => Number(batch.offsets?.[index] ?? 0);
  return (index) =>
    Array.from({ length: at(index + 1) - at(index) }, (_, k) => [
      readKey(at(index) + k),
      readValue(at(index) + k),
    ]);
}

function structReader(batch: Batch<unknown>): Reader {
  const fields = (batch.type as StructType).children;
  const readers = fields.map(({ name }, position) => {
    const child = batch.children?.[position];
    if (child === undefined) throw unsupportedType(batch.type);
    return [name, readerOf(child)] as const;
  });
  return (index) => Object.fromEntries(readers.map(([name, read]) => [name, read(index)]));
}

function unsupportedType(type: DataType): SparkConnectError {
  const name = Object.entries(Type).find(([, id]) => id === type.typeId)?.[0] ?? String(type.typeId);
  return new SparkConnectError(
    'unsupported',
    `Reading a result: the Arrow type ${name} is not supported; cast the column in the query`,
    { facts: { arrowType: name } },
  );
}
