/** The SELECTs of a micro-batch for the tables before Gold, with their relations and parameters. */
import type { AddFile, Snapshot } from '@contrail/delta-lake';
import type { Relation, Select } from '../engine/engine.ts';
import { dataFiles } from '../lake/lake.ts';
import { SILVER_FLIGHTS_ML } from '../lake/silver-flights-ml.ts';
import { type BatchRecord, readableRanges } from './batch-record.ts';
import type { KindSources } from './kind.ts';
import { KEPT } from './memory.ts';
import { NearbyAirports } from './nearby-airports.ts';
import { PARAMETERS, QUERIES } from './queries.ts';

/** The messages of the batch, decoded. */
export const BATCH = { kind: 'kept', name: 'batch' } as const satisfies Relation;
/** Its rows that an earlier row, or another one of the batch, has already. */
export const DUPLICATES = { kind: 'kept', name: 'duplicates' } as const satisfies Relation;
/** Rows of the lake before its late rows. */
export const EARLIER = { kind: 'kept', name: 'earlier' } as const satisfies Relation;
/** The rows of the batch that are new in Silver_ML. */
export const FRESH = { kind: 'kept', name: 'fresh' } as const satisfies Relation;

const { earliest_seconds, max_ahead_seconds, stale_seconds, reach_seconds, bucket_seconds } = PARAMETERS;

/** Makes {@link BATCH}. */
export function batchSelect(record: BatchRecord, topic: KindSources['topic'], simulated: boolean): Select {
  return {
    sql: QUERIES.batch,
    relations: {
      messages: {
        kind: 'messages',
        topic,
        ranges: readableRanges(record),
        simulated,
        unprocessable: record.unprocessable ?? [],
      },
    },
    parameters: {
      max_ahead_seconds,
      earliest_seconds,
      clock_seconds: BigInt(Math.floor(record.recorded_at_ms / 1000)),
      simulated,
    },
  };
}

/**
 * Makes {@link EARLIER} from the files of Silver_ML around the late rows.
 * @param lateBuckets the buckets of event time in which they lie
 */
export function earlierSelect(ml: Snapshot, lateBuckets: readonly bigint[]): Select {
  const files = new Set<AddFile>();
  for (const bucket of lateBuckets) {
    const start = bucket * BigInt(bucket_seconds);
    const range = { min: start - BigInt(reach_seconds), max: start + BigInt(bucket_seconds) };
    for (const file of ml.files([{ column: 'time_position', ...range }])) files.add(file);
  }
  return {
    sql: QUERIES.earlier,
    relations: { batch: BATCH, recent: KEPT.recent, lake: dataFiles(SILVER_FLIGHTS_ML, ml, { files }) },
    parameters: { reach_seconds },
  };
}

/** Makes {@link DUPLICATES}. */
export function duplicatesSelect(earlier: Relation): Select {
  return { sql: QUERIES.duplicates, relations: { batch: BATCH, recent: KEPT.recent, earlier } };
}

export const BRONZE_SELECT: Select = { sql: QUERIES.bronze, relations: { batch: BATCH } };

export const QUARANTINE_SELECT: Select = {
  sql: QUERIES.quarantine,
  relations: { batch: BATCH, duplicates: DUPLICATES },
  parameters: { earliest_seconds, max_ahead_seconds },
};

export const SILVER_SELECT: Select = {
  sql: QUERIES.silver,
  relations: { batch: BATCH, duplicates: DUPLICATES },
  parameters: { stale_seconds },
};

export function silverMlSelect(earlier: Relation): Select {
  return {
    sql: QUERIES.silverMl,
    relations: {
      silver: { kind: 'select', select: SILVER_SELECT },
      batch: BATCH,
      recent: KEPT.recent,
      earlier,
      airports_by_cell: NearbyAirports.relation,
    },
    parameters: PARAMETERS,
  };
}
