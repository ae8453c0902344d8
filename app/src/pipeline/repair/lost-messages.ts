/** What a lake has read and no longer holds, and what its tables owe to each other. */
import type { Engine, Select } from '../../engine/engine.ts';
import { BRONZE_FLIGHTS } from '../../lake/bronze-flights.ts';
import { GOLD_METRICS_BY_CATEGORY } from '../../lake/gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../lake/gold-traffic-by-country.ts';
import { wholeFrom } from '../../lake/keep/ledger.ts';
import type { Lake } from '../../lake/lake.ts';
import { NOT_IN_BRONZE, QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import { QUARANTINE_GAPS } from '../../lake/quarantine-gaps.ts';
import { SILVER_FLIGHTS_ML } from '../../lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import type { TableDefinition } from '../../lake/table.ts';
import type { Loss } from '../batch-record.ts';
import { PARAMETERS } from '../queries.ts';
import { type Extent, rowsOf } from './read-to.ts';

const REFUSED = NOT_IN_BRONZE.map((reason) => `'${reason}'`).join(', ');

/** Of stretches that the lake has read: the messages that neither Bronze, nor the quarantine alone, nor a gap accounts for. */
export async function lostMessages(
  lake: Lake,
  engine: Engine,
  stretches: readonly Extent[],
  found_at_ms: number,
): Promise<readonly Loss[]> {
  const read = stretches.filter(({ from, to }) => from < to);
  if (read.length === 0) return [];
  const rows = await engine.rows({
    sql: `select stretch.topic_partition, stretch.first, stretch.next,
        stretch.next - stretch.first - coalesce(sum(held.messages), 0) as lost
      from stretches as stretch left join (
        select topic_partition, topic_offset, 1 as messages from bronze
        union all
        select topic_partition, topic_offset, 1 as messages from quarantine where reason in (${REFUSED})
        union all
        select topic_partition, offset_from as topic_offset, coalesce(messages, 0) as messages from gaps
      ) as held on held.topic_partition = stretch.topic_partition
        and held.topic_offset >= stretch.first and held.topic_offset < stretch.next
      group by stretch.topic_partition, stretch.first, stretch.next`,
    relations: {
      bronze: await rowsOf(lake, BRONZE_FLIGHTS, ['topic_partition', 'topic_offset']),
      quarantine: await rowsOf(lake, QUARANTINE_FLIGHTS, ['topic_partition', 'topic_offset', 'reason']),
      gaps: await rowsOf(lake, QUARANTINE_GAPS, ['topic_partition', 'offset_from', 'messages']),
      stretches: {
        kind: 'rows',
        columns: [
          { name: 'topic_partition', type: 'integer' },
          { name: 'first', type: 'long' },
          { name: 'next', type: 'long' },
        ],
        rows: read.map(({ partition, from, to }) => ({ topic_partition: partition, first: from, next: to })),
      },
    },
  });
  return rows
    .map((row) => ({
      partition: Number(row['topic_partition']),
      from: BigInt(row['first'] as bigint),
      to: BigInt(row['next'] as bigint),
      messages: BigInt(String(row['lost'])),
      reason: 'lost' as const,
      found_at_ms,
    }))
    .filter(({ messages }) => messages > 0n)
    .toSorted((a, b) => a.partition - b.partition);
}

/** Tables of which {@link owedRange} sees what they lack. */
export const COMPARED: readonly string[] = [
  BRONZE_FLIGHTS,
  QUARANTINE_FLIGHTS,
  SILVER_FLIGHTS,
  SILVER_FLIGHTS_ML,
  GOLD_TRAFFIC_BY_COUNTRY,
  GOLD_METRICS_BY_CATEGORY,
].map(({ name }) => name);

/** A half-open range of event time, epoch seconds. */
export interface EventRange {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * The event time of what the tables after Bronze lack: rows of Bronze that neither Silver nor the quarantine has, and
 * Gold windows of which Silver_ML or Gold count fewer rows than Silver has. Null: nothing.
 */
export async function owedRange(lake: Lake, engine: Engine): Promise<EventRange | null> {
  const width = PARAMETERS.window_seconds;
  const windowOf = (seconds: string): string => `cast(floor(${seconds} / ${width}) as bigint)`;
  const [row] = await engine.rows({
    sql: `select min(event_window) * ${width} as first, (max(event_window) + 1) * ${width} as next from (
        select event_window from (
          select ${windowOf('time_position')} as event_window, 1 as silver, 0 as ml, 0 as traffic, 0 as metrics from silver
          union all
          select ${windowOf('time_position')}, 0, 1, 0, 0 from ml
          union all
          select ${windowOf('seconds_from_timestamp(window_start)')}, 0, 0, record_count, 0 from traffic
          union all
          select ${windowOf('seconds_from_timestamp(window_start)')}, 0, 0, 0, record_count from metrics
        ) as counted
        group by event_window
        having sum(silver) > sum(ml) or sum(silver) > sum(traffic) or sum(silver) > sum(metrics)
        union all
        select ${windowOf('time_position')} as event_window from lacking
        where time_position between ${PARAMETERS.earliest_seconds} and received_seconds + ${PARAMETERS.max_ahead_seconds}
      ) as owed`,
    relations: {
      lacking: { kind: 'select', select: await lackingSelect(lake) },
      silver: await rowsOf(lake, SILVER_FLIGHTS, ['time_position']),
      ml: await rowsOf(lake, SILVER_FLIGHTS_ML, ['time_position']),
      traffic: await rowsOf(lake, GOLD_TRAFFIC_BY_COUNTRY, ['window_start', 'record_count']),
      metrics: await rowsOf(lake, GOLD_METRICS_BY_CATEGORY, ['window_start', 'record_count']),
    },
  });
  const [first, next] = [row?.['first'] ?? null, row?.['next'] ?? null];
  if (typeof first !== 'bigint' || typeof next !== 'bigint') return null;
  return { from: first, to: next };
}

/** Rows of Bronze that neither Silver nor the quarantine has, but for those that KEEP may have deleted there. */
export async function lackingSelect(lake: Lake): Promise<Omit<Select, 'signal'>> {
  const place = ['topic_partition', 'topic_offset'];
  const secondsOf = async (definition: TableDefinition): Promise<number> =>
    wholeFrom((await (await lake.table(definition))?.snapshot()) ?? null) / 1000;
  return {
    sql: `select topic_partition, topic_offset, time_position, seconds_from_timestamp(ingested_at) as received_seconds
      from places_in_bronze
      where (time_position is null or time_position >= ${await secondsOf(SILVER_FLIGHTS)})
        and seconds_from_timestamp(ingested_at) >= ${await secondsOf(QUARANTINE_FLIGHTS)}
        and not exists (select 1 from places_in_silver where places_in_silver.topic_partition = places_in_bronze.topic_partition
          and places_in_silver.topic_offset = places_in_bronze.topic_offset)
        and not exists (select 1 from places_in_quarantine where places_in_quarantine.topic_partition = places_in_bronze.topic_partition
          and places_in_quarantine.topic_offset = places_in_bronze.topic_offset)`,
    relations: {
      places_in_bronze: await rowsOf(lake, BRONZE_FLIGHTS, [...place, 'time_position', 'ingested_at']),
      places_in_silver: await rowsOf(lake, SILVER_FLIGHTS, place),
      places_in_quarantine: await rowsOf(lake, QUARANTINE_FLIGHTS, place),
    },
  };
}
