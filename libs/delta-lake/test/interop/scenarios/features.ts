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
  ];
}

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
