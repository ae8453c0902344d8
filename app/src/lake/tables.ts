import { BRONZE_FLIGHTS } from './bronze-flights.ts';
import { GOLD_METRICS_BY_CATEGORY } from './gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from './gold-traffic-by-country.ts';
import { QUARANTINE_FLIGHTS } from './quarantine-flights.ts';
import { QUARANTINE_GAPS } from './quarantine-gaps.ts';
import { QUARANTINE_REQUEUED } from './quarantine-requeued.ts';
import { REFERENCE_AIRCRAFT } from './reference-aircraft.ts';
import { REFERENCE_AIRPORTS } from './reference-airports.ts';
import { SILVER_FLIGHTS } from './silver-flights.ts';
import { SILVER_FLIGHTS_ML } from './silver-flights-ml.ts';
import type { TableDefinition } from './table.ts';

/** The tables that a micro-batch writes, in the order of their commits. */
export const BATCH_TABLES: readonly TableDefinition[] = [
  BRONZE_FLIGHTS,
  QUARANTINE_FLIGHTS,
  SILVER_FLIGHTS,
  SILVER_FLIGHTS_ML,
  GOLD_TRAFFIC_BY_COUNTRY,
  GOLD_METRICS_BY_CATEGORY,
];

/** Every table of the lake. */
export const TABLES: readonly TableDefinition[] = [
  ...BATCH_TABLES,
  QUARANTINE_GAPS,
  QUARANTINE_REQUEUED,
  REFERENCE_AIRPORTS,
  REFERENCE_AIRCRAFT,
];

/** `bronze/flights` as SQL says it: `bronze.flights`. */
export function sqlName(table: TableDefinition): string {
  return table.name.replace('/', '.');
}
