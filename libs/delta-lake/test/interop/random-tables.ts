import fc from 'fast-check';
import { arrayOf, type DataType, mapOf, type StructField, struct, type StructType } from '../../src/index.ts';
import { SCALARS } from './schemas.ts';

/** What one random table is made of: its schema, how it is laid out, and what happens to it, one step a version. */
export interface RandomTable {
  /** Name of the table's folder. */
  readonly folder: string;
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** `seed` and `rows` choose the rows of {@link nastyRows}. */
export type Step =
  | { readonly kind: 'append' | 'overwrite'; readonly seed: number; readonly rows: number }
  | { readonly kind: 'delete'; readonly below: number }
  | { readonly kind: 'optimize' | 'checkpoint' };

/** The column that every table has, for conditions that all programs understand. Values are 0 to 99. */
export const ID = 'id';

/** Types that a partition column may have in every one of the three programs. */
const PARTITION_TYPES: ReadonlySet<string> = new Set(
  SCALARS.filter((type) => type !== 'float' && type !== 'double' && type !== 'binary'),
);

/** Every width, with any scale that fits. */
const decimal = fc
  .integer({ min: 1, max: 38 })
  .chain((precision) =>
    fc.integer({ min: 0, max: precision }).map((scale) => `decimal(${precision},${scale})`),
  );
const scalar: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...SCALARS) },
  { weight: 1, arbitrary: decimal },
);
/** What a map may have as keys: no float, whose NaN and -0 are keys of their own in one program and not in another. */
const key = scalar.filter((type) => type !== 'float' && type !== 'double');

/** Names that need no mapping of columns, and break what takes them for a path, an expression or a number. */
const PLAIN_NAMES = [
  'a',
  'B b'.replace(' ', '_'),
  'a.b',
  'é',
  '東京',
  '1',
  'select',
  "it's",
  '%41',
  '$x',
  'a/b',
  '-',
  '`',
  '"',
  '😀',
];
/** Names that only a table with mapped columns may have. */
const MAPPED_NAMES = [
  ...PLAIN_NAMES,
  ' ',
  'a b',
  'a,b',
  'x=y',
  '(a)',
  '{a}',
  'a;b',
  'tab\there',
  'line\nbreak',
];

const { type: nested } = fc.letrec<{ type: DataType; fields: StructType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: scalar },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('type'), fc.boolean())
        .map(([type, isNullable]) => ({ ...arrayOf(type), containsNull: isNullable })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(key, tie('type'), fc.boolean())
        .map(([keys, type, isNullable]) => ({ ...mapOf(keys, type), valueContainsNull: isNullable })),
    },
    { weight: 1, arbitrary: tie('fields') },
  ),
  fields: fc
    .uniqueArray(fc.tuple(fc.constantFrom('x', 'Y', 'é', 'z_1'), tie('type'), fc.boolean()), {
      minLength: 1,
      maxLength: 3,
      selector: ([name]) => name,
    })
    .map((fields) =>
      struct(Object.fromEntries(fields.map(([name, type, nullable]) => [name, { type, nullable }]))),
    ),
}));

const columnsOf = (names: readonly string[]): fc.Arbitrary<readonly StructField[]> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), nested, fc.boolean()), {
      minLength: 1,
      maxLength: 5,
      selector: ([name]) => name.toLowerCase(),
    })
    .map(
      (columns) =>
        struct(Object.fromEntries(columns.map(([name, type, nullable]) => [name, { type, nullable }])))
          .fields,
    );

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      seed: fc.nat(1_000_000),
      rows: fc.integer({ min: 0, max: 12 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('overwrite' as const),
      seed: fc.nat(1_000_000),
      rows: fc.integer({ min: 0, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), below: fc.integer({ min: 0, max: 100 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('optimize' as const, 'checkpoint' as const) }) },
);

const properties = fc.record(
  {
    'delta.checkpointInterval': fc.constant('2'),
    'delta.dataSkippingNumIndexedCols': fc.constantFrom('0', '1', '3', '-1'),
    'delta.enableChangeDataFeed': fc.constant('true'),
    'delta.checkpoint.writeStatsAsStruct': fc.constant('true'),
  },
  { requiredKeys: [] },
);

/**
 * Tables as odd as they are allowed to be. With `mapping` some have mapped columns, which delta-rs does not write.
 */
export function randomTables(options: { readonly mapping: boolean }): fc.Arbitrary<RandomTable> {
  const modes = options.mapping ? (['none', 'name', 'id'] as const) : (['none'] as const);
  return fc.constantFrom(...modes).chain((mode) =>
    fc
      .record({
        folder: fc.constantFrom(
          'plain',
          'with space',
          'per%20cent',
          'ünï',
          '東京',
          "it's",
          'a+b&c',
          '#1',
          'semi;colon',
          'x=y',
          '@~$!',
        ),
        columns: columnsOf(mode === 'none' ? PLAIN_NAMES : MAPPED_NAMES),
        parts: fc.nat(2),
        properties,
        steps: fc.array(step, { minLength: 1, maxLength: 6 }),
      })
      .map(({ columns, parts, ...rest }) => {
        const able = columns.filter(({ type }) => typeof type === 'string' && isPartitionType(type));
        return {
          folder: rest.folder,
          schema: struct({
            [ID]: { type: 'integer', nullable: false },
            ...Object.fromEntries(columns.map(({ name, type, nullable }) => [name, { type, nullable }])),
          }),
          partitionColumns: able.slice(0, parts).map(({ name }) => name),
          properties: {
            ...rest.properties,
            ...(mode === 'none' ? {} : { 'delta.columnMapping.mode': mode }),
          } as Readonly<Record<string, string>>,
          steps: rest.steps,
        };
      }),
  );
}

const isPartitionType = (type: string): boolean => PARTITION_TYPES.has(type) || type.startsWith('decimal');
