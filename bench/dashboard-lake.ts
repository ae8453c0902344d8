import { join } from 'node:path';
import { DuckdbEngine } from '../app/src/engine/duckdb/engine.ts';
import type { Relation, Select } from '../app/src/engine/engine.ts';
import { GOLD_METRICS_BY_CATEGORY } from '../app/src/lake/gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../app/src/lake/gold-traffic-by-country.ts';
import { Lake } from '../app/src/lake/lake.ts';
import { SILVER_FLIGHTS_ML } from '../app/src/lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../app/src/lake/silver-flights.ts';
import type { TableDefinition } from '../app/src/lake/table.ts';
import { localStore } from '@contrail/delta-lake';
import { say } from './child.ts';

/** A lake of the past, as the pipeline leaves it after its compactions. */
export interface PastLake {
  readonly days: number;
  readonly aircraft: number;
  /** Seconds between two reports of an aircraft. */
  readonly pace: number;
  /** The UTC midnight at its end, epoch seconds. */
  readonly end: number;
}

/** Hours of one file: about what the pipeline compacts a day of this size to. */
const FILE_HOURS = 4;

/**
 * Invented flights, computed from their number and the time alone: two hours each, the first twenty minutes on the ground, then
 * up, on a circle, and down. Rows come in the order of time, as polls do.
 */
const FLIGHTS = `
with numbered as (
  select range // :aircraft * :pace + :start as t, range % :aircraft as i from range(:rows)
),
flown as (
  select
    t,
    i,
    (t + i * 37) % 7200 as cycle,
    (t + i * 37) // 7200 % 100 * 6000 + greatest(0, (t + i * 37) % 7200 - 1200) as s,
    120.0 + i % 97 * 5 as radius_km
  from numbered
),
placed as (
  select
    *,
    cycle < 1200 as grounded,
    s * 0.23 / radius_km + i as angle,
    case when cycle < 1200 then 0.0 else 10000 * least(1, (cycle - 1200) / 900, (7200 - cycle) / 900) end as height
  from flown
)
select
  printf('%06x', 3932160 + i) as icao24,
  printf('BEN%04d', i) as callsign,
  'Country ' || i % 47 as origin_country,
  t as time_position,
  t as last_contact,
  (i * 2.39996 * 57.29578) % 360 - 180 + radius_km / 111.2 * sin(angle) as longitude,
  -40 + i * 13 % 100 + radius_km / 111.2 * cos(angle) as latitude,
  height as baro_altitude,
  height * 1.01 as geo_altitude,
  grounded as on_ground,
  case when grounded then 0.0 else 230.0 + i % 7 end as velocity,
  (90 + angle * 57.29578) % 360 as true_track,
  case when cycle between 1200 and 2100 then 11.1 when cycle > 6300 then -11.1 else 0.0 end as vertical_rate,
  printf('%04o', 512 + i % 3000) as squawk,
  false as spi,
  i % 3 as position_source,
  i % 7 as category,
  t as snapshot_time,
  'bench' as feed,
  make_timestamptz((t + 1) * 1000000) as ingested_at,
  i % 8 as topic_partition,
  t - :start as topic_offset,
  make_timestamptz(t * 1000000) as event_timestamp,
  case when grounded then 0.0 else (230.0 + i % 7) * 3.6 end as velocity_kmh,
  height as altitude_m,
  cast(make_timestamp(t * 1000000) as date) as event_date,
  0 as position_age_s,
  0 as contact_age_s,
  false as is_stale,
  cast(null as varchar) as source,
  cast(null as varchar) as registration,
  cast(null as varchar) as type_code,
  cast(null as integer) as nic,
  cast(null as integer) as nac_p,
  cast(null as double) as rssi
from placed`;

const ML = `
select
  icao24, time_position, last_contact, event_timestamp, origin_country, category, longitude, latitude, altitude_m,
  velocity_kmh, vertical_rate, true_track, on_ground,
  40 as seconds_since_previous, 0.0 as altitude_change, 0.0 as velocity_change, altitude_m as altitude_mean_5,
  0.0 as altitude_std_5, velocity_kmh as velocity_mean_5, 0.0 as velocity_std_5, vertical_rate as vertical_rate_mean_5,
  5 as window_size, printf('X%02d-%02d', cast(floor((latitude + 90) / 5) as integer) % 36, cast(floor((longitude + 180) / 10) as integer) % 36) as nearest_airport, 12.5 as nearest_airport_km, false as near_airport,
  case when on_ground then 'GROUND' when vertical_rate > 0 then 'CLIMB' when vertical_rate < 0 then 'DESCENT' else 'CRUISE' end as flight_phase,
  0.9 as phase_confidence, event_date, 200 as window_seconds, 9200.0 as distance_m, velocity_kmh as implied_speed_kmh,
  false as is_repeat, false as is_jump, false as is_altitude_jump, false as is_speed_conflict, false as is_frozen,
  altitude_m as height_above_airport_m, false as is_stale
from flights`;

const GOLD = `
select
  make_timestamptz(time_position // 300 * 300000000) as window_start,
  make_timestamptz((time_position // 300 + 1) * 300000000) as window_end,
  origin_country,
  count(distinct icao24) as flight_count,
  count(*) as record_count,
  avg(velocity_kmh) as avg_velocity_kmh,
  avg(altitude_m) as avg_altitude_m,
  count(distinct case when not on_ground then icao24 end) as airborne_count,
  avg(velocity_kmh) as aircraft_avg_velocity_kmh,
  avg(altitude_m) as aircraft_avg_altitude_m,
  0 as stale_count
from flights
group by all`;

const METRICS = `
select
  make_timestamptz(time_position // 300 * 300000000) as window_start,
  make_timestamptz((time_position // 300 + 1) * 300000000) as window_end,
  category,
  'Category ' || category as category_name,
  case when on_ground then 'GROUND' when vertical_rate > 0 then 'CLIMB' when vertical_rate < 0 then 'DESCENT' else 'CRUISE' end as flight_phase,
  count(distinct icao24) as aircraft_count,
  count(*) as record_count,
  avg(velocity_kmh) as avg_velocity_kmh,
  avg(altitude_m) as avg_altitude_m,
  count(distinct case when not on_ground then icao24 end) as airborne_count,
  avg(velocity_kmh) as aircraft_avg_velocity_kmh,
  avg(altitude_m) as aircraft_avg_altitude_m,
  0 as stale_count
from flights
group by all`;

/** Writes the lake below a data folder. It takes about a minute a day. */
export async function makePastLake(data: string, { days, aircraft, pace, end }: PastLake): Promise<void> {
  const root = join(data, 'lake');
  const lake = new Lake(localStore(root), Date.now);
  await using engine = await DuckdbEngine.open({
    memoryLimit: '1GB',
    threads: 1,
    temporaryFolder: join(data, 'spill'),
  });
  const write = async (definition: TableDefinition, select: Select): Promise<void> => {
    const table = await lake.create(definition, true);
    const target = {
      folder: `${lake.folder(definition)}/${crypto.randomUUID()}`,
      columns: definition.columns,
    };
    const files = await engine.write(select, { ...target, partitionBy: definition.partitionColumns });
    const result = await table.startTransaction({ operation: 'WRITE' }).append(files).commit();
    if (result.kind !== 'committed') throw new Error(`${definition.name}: ${result.kind}`);
  };
  const length = FILE_HOURS * 3600;
  for (let start = end - days * 86_400; start < end; start += length) {
    const parameters = { aircraft, pace, start, rows: Math.floor(length / pace) * aircraft };
    await engine.keep('part', { sql: FLIGHTS, relations: {}, parameters });
    const flights: Relation = { kind: 'kept', name: 'part' };
    await write(SILVER_FLIGHTS, { sql: 'select * from flights', relations: { flights } });
    await write(SILVER_FLIGHTS_ML, { sql: ML, relations: { flights } });
    await write(GOLD_TRAFFIC_BY_COUNTRY, { sql: GOLD, relations: { flights } });
    await write(GOLD_METRICS_BY_CATEGORY, { sql: METRICS, relations: { flights } });
    await engine.forget('part');
    say(`written up to ${new Date((start + length) * 1000).toISOString()}`);
  }
}
