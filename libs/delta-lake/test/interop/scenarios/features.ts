import { createTable, struct } from '../../../src/index.ts';
import { FLAT, NESTED, PLAIN } from '../schemas.ts';
import { grow, type Scenario } from './scenario.ts';

/** Names that only a mapped table can have. */
const NAMES = struct({
  'record id': 'long',
  'height (m)': 'double',
  'a.b': struct({ 'x,y': 'string', 'ü=1': 'integer' }),
  'day;': 'date',
});

const UNOPTIMIZED = { 'delta-rs': /Column mapping is not supported for write operation 'OPTIMIZE'/ };

function mapped(mode: 'name' | 'id'): readonly Scenario[] {
  const configuration = { 'delta.columnMapping.mode': mode };
  return [
    {
      name: `columns mapped by ${mode}, with names that files cannot have`,
      build: async (folder) => {
        const table = await createTable(folder, { schema: NAMES, partitionColumns: ['day;'], configuration });
        return { table: await grow(table) };
      },
      notOptimizedBy: UNOPTIMIZED,
    },
    {
      name: `columns mapped by ${mode}, nested`,
      build: async (folder) => ({
        table: await grow(await createTable(folder, { schema: NESTED, configuration })),
      }),
      notOptimizedBy: UNOPTIMIZED,
    },
    {
      name: `columns mapped by ${mode}, renamed and dropped`,
      build: async (folder) => {
        const table = await createTable(folder, { schema: NAMES, partitionColumns: ['day;'], configuration });
        await grow(table);
        await table.renameColumn('record id', 'id');
        await table.renameColumn(['a.b', 'x,y'], 'z');
        await table.renameColumn('day;', 'the day');
        await table.dropColumns(['height (m)', ['a.b', 'ü=1']]);
        return { table: await grow(table, 3, 50) };
      },
      notOptimizedBy: UNOPTIMIZED,
    },
  ];
}

/** Each column has rows from before and after its type became wider. */
const WIDENED: readonly (readonly [string, string])[] = [
  ['byte', 'integer'],
  ['integer', 'long'],
  ['float', 'double'],
  ['short', 'decimal(12,2)'],
  ['decimal(5,2)', 'decimal(9,4)'],
  ['date', 'timestamp_ntz'],
];
const widened: Scenario = {
  name: 'columns of wider types',
  build: async (folder) => {
    const columns = WIDENED.map(([from, to]) => [`${from} to ${to}`.replace(/\W/g, '_'), from] as const);
    const table = await createTable(folder, {
      schema: struct({ ...Object.fromEntries(columns), s: struct({ x: 'integer' }) }),
      configuration: {
        'delta.enableTypeWidening': 'true',
        'delta.feature.timestampNtz': 'supported',
        'delta.checkpointInterval': '3',
      },
    });
    await grow(table, 2);
    for (const [index, [, to]] of WIDENED.entries()) await table.widenColumn(columns[index]?.[0] ?? '', to);
    await table.widenColumn(['s', 'x'], 'long');
    return { table: await grow(table, 2, 50) };
  },
  unreadableBy: { 'delta-rs': /Unsupported/ },
};

function withProperties(
  name: string,
  configuration: Readonly<Record<string, string>>,
  unwritableBy: NonNullable<Scenario['unwritableBy']> = {},
): Scenario {
  return {
    name,
    unwritableBy,
    build: async (folder) => ({
      table: await grow(await createTable(folder, { schema: PLAIN, configuration }), 4),
    }),
  };
}

const CHECKPOINTS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['V1', {}],
  ['V2', { 'delta.checkpointPolicy': 'v2' }],
  ['with statistics as columns', { 'delta.checkpoint.writeStatsAsStruct': 'true' }],
  [
    'with statistics as columns alone',
    { 'delta.checkpoint.writeStatsAsStruct': 'true', 'delta.checkpoint.writeStatsAsJson': 'false' },
  ],
];

/** Tables with table features and properties. */
export const FEATURES: readonly Scenario[] = [
  ...mapped('name'),
  ...mapped('id'),
  widened,
  withProperties(
    'in-commit timestamps',
    { 'delta.enableInCommitTimestamps': 'true', 'delta.checkpointInterval': '2' },
    { 'delta-rs': /Unsupported table features required: \[InCommitTimestamp\]/ },
  ),
  withProperties('deletion vectors allowed', { 'delta.enableDeletionVectors': 'true' }),
  withProperties('appends only', { 'delta.appendOnly': 'true' }),
  withProperties(
    'row tracking supported',
    { 'delta.feature.rowTracking': 'supported' },
    { 'delta-rs': /Unsupported table features required: \[.*RowTracking/ },
  ),
  withProperties('statistics of two columns alone', { 'delta.dataSkippingNumIndexedCols': '2' }),
  withProperties('no statistics', { 'delta.dataSkippingNumIndexedCols': '0' }),
  withProperties('zstd', { 'delta.parquet.compression.codec': 'zstd' }),
  ...CHECKPOINTS.map(([kind, properties]) => ({
    name: `checkpoints of every type, ${kind}`,
    build: async (folder: string) => {
      const configuration = { 'delta.checkpointInterval': '2', ...properties };
      return { table: await grow(await createTable(folder, { schema: FLAT, configuration }), 5) };
    },
  })),
];
