import {
  literal,
  type Literal,
  openSession,
  renderLiteral,
  renderParameters,
  type SparkSession,
} from '@contrail/spark-connect';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { HAS_SPARK } from './shared.ts';

const { address } = inject('spark');
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const date = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((one) => one.toISOString().slice(0, 10));

/** Literals of each type, and the value that Spark should make of them. */
const LITERALS: Readonly<Record<string, fc.Arbitrary<readonly [Literal, unknown]>>> = {
  boolean: fc.boolean().map((one) => [literal.boolean(one), one]),
  byte: fc.integer({ min: -128, max: 127 }).map((one) => [literal.byte(one), one]),
  short: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }).map((one) => [literal.short(one), one]),
  integer: fc.integer().map((one) => [literal.integer(one), one]),
  long: long.map((one) => [literal.long(one), one]),
  float: fc.float().map((one) => [literal.float(one), one]),
  double: fc.double().map((one) => [literal.double(one), one]),
  decimal: fc
    .bigInt({ min: 1n - 10n ** 38n, max: 10n ** 38n - 1n })
    .map((one) => [literal.decimal(String(one), 38, 0), String(one)]),
  string: fc.string({ unit: 'grapheme' }).map((one) => [literal.string(one), one]),
  quotes: fc
    .string({ unit: fc.constantFrom("'", '"', '\\', '`', '$', '{', '}', '\n', '\0', ':', '-', '%', 'n') })
    .map((one) => [literal.string(one), one]),
  binary: fc.uint8Array().map((one) => [literal.binary(one), one]),
  date: date.map((one) => [literal.date(one), one]),
  timestamp: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }).map((one) => [literal.timestamp(one), one]),
  timestamp_ntz: fc
    .bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n })
    .map((one) => [literal.timestampNtz(one), one]),
  array: fc
    .array(fc.string(), { minLength: 1 })
    .map((all) => [literal.array(all.map((one) => literal.string(one))), all]),
};

const EXTREMES: readonly (readonly [Literal, unknown])[] = [
  [literal.long(-(2n ** 63n)), -(2n ** 63n)],
  [literal.integer(-(2 ** 31)), -(2 ** 31)],
  [literal.short(-(2 ** 15)), -(2 ** 15)],
  [literal.byte(-128), -128],
  [literal.double(Number.MAX_VALUE), Number.MAX_VALUE],
  [literal.double(Number.MIN_VALUE), Number.MIN_VALUE],
  [literal.double(-0), -0],
  [literal.double(Number.NaN), Number.NaN],
  [literal.double(-Infinity), -Infinity],
  [literal.decimal('-0.05'), '-0.05'],
  [literal.decimal('1', 10, 3), '1.000'],
  [literal.string('${spark.app.id}'), '${spark.app.id}'],
  [literal.string("\\'; DROP TABLE x; --"), "\\'; DROP TABLE x; --"],
  [literal.array([literal.null(), literal.integer(1)]), [null, 1]],
  [literal.array([literal.decimal('1.5', 9, 2), literal.null()]), ['1.50', null]],
  [literal.array([]), []],
  [literal.null(), null],
];

describe.skipIf(!HAS_SPARK)('a literal', () => {
  let session: SparkSession;
  beforeAll(async () => {
    session = await openSession(address);
  });
  afterAll(async () => {
    await session.close();
  });

  const names = (all: readonly unknown[]): string[] => all.map((_, index) => `c${index}`);
  /** What Spark makes of literals in a query's text. */
  const inText = async (all: readonly Literal[]): Promise<unknown[]> => {
    const columns = names(all)
      .map((name) => `:${name} AS ${name}`)
      .join(', ');
    const values = Object.fromEntries(all.map((one, index) => [`c${index}`, one]));
    const [row] = await session.sql(renderParameters(`SELECT ${columns}`, values)).collect();
    return Object.values(row ?? {});
  };
  /** What Spark makes of literals beside the text. */
  const asParameters = async (all: readonly Literal[]): Promise<unknown[]> => {
    const columns = names(all)
      .map((name) => `:${name} AS ${name}`)
      .join(', ');
    const parameters = Object.fromEntries(all.map((one, index) => [`c${index}`, one]));
    const [row] = await session.sql(`SELECT ${columns}`, { parameters }).collect();
    return Object.values(row ?? {});
  };

  it.each(Object.keys(LITERALS))('%s is the same value in text, and as a parameter', async (type) => {
    const pairs = fc.array(LITERALS[type] ?? fc.constant([literal.null(), null] as const), {
      minLength: 20,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(pairs, async (all) => {
        const literals = all.map(([one]) => one);
        const values = all.map(([, value]) => value);
        expect(await inText(literals)).toEqual(values);
        expect(await asParameters(literals)).toEqual(values);
      }),
      { numRuns: 3 },
    );
  });

  it('is the same at the ends of its type', async () => {
    const literals = EXTREMES.map(([one]) => one);
    const values = EXTREMES.map(([, value]) => value);
    expect(await inText(literals)).toEqual(values);
    expect(await asParameters(literals)).toEqual(values);
  });

  it('has the type that it says', async () => {
    const all = EXTREMES.map(([one]) => one).filter(({ type }) => type !== 'null' && type !== 'array');
    const schema = await session
      .sql(`SELECT ${all.map((one, index) => `${renderLiteral(one)} AS c${index}`).join(', ')}`)
      .schema();
    const sqlNames: Readonly<Record<string, string>> = {
      long: 'bigint',
      integer: 'int',
      short: 'smallint',
      byte: 'tinyint',
    };
    expect(schema.map(({ type }) => type.replace(/\(.*/, ''))).toEqual(
      all.map(({ type }) => sqlNames[type] ?? type),
    );
  });

  it('means the same whatever the session makes of backslashes', async () => {
    await using other = await openSession(address, { parameters: 'text' });
    await other.config.set({ 'spark.sql.parser.escapedStringLiterals': 'true' });
    const text = "\\n' \\' ${spark.app.id} \u0000 \"";
    expect(await other.sql('SELECT :text AS text', { parameters: { text } }).collect()).toEqual([{ text }]);
  });
});
