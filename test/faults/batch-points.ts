import type { BatchPoint } from '../../app/src/pipeline/micro-batch.ts';

const TABLES = [
  ['bronze/flights', 'quarantine/flights', 'silver/flights', 'silver/flights_ml'],
  ['gold/traffic_by_country', 'gold/metrics_by_category'],
];

/** The named points of a batch, in the order in which DuckDB passes them. An engine may write tables in another order. */
export const BATCH_POINTS: readonly BatchPoint[] = [
  'planned',
  'recorded',
  ...TABLES.flatMap((tables): BatchPoint[] => [
    ...tables.map((table): BatchPoint => `written ${table}`),
    ...tables.map((table): BatchPoint => `committed ${table}`),
  ]),
  'finished',
];
