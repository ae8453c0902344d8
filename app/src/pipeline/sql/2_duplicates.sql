-- Grain:  one row per message that passed the checks of a single row, in the form of Silver.
-- Key:    (topic_partition, topic_offset)
-- Reads:  batch, recent, earlier
-- Units:  velocity_kmh km/h, altitude_m metres (barometric, else geometric)
-- Kept as valid. A duplicate has its Silver key in Silver already, or earlier in topic order in this batch.
with normalised as (
  select
    lower(icao24) as icao24,
    nullif(trim_blanks(callsign), '') as callsign,
    nullif(origin_country, '') as origin_country,
    time_position,
    last_contact,
    longitude,
    latitude,
    baro_altitude,
    geo_altitude,
    on_ground,
    velocity,
    true_track,
    vertical_rate,
    nullif(trim_blanks(squawk), '') as squawk,
    spi,
    position_source,
    case when category between 0 and 20 then category else 0 end as category,
    snapshot_time,
    feed,
    ingested_at,
    topic_partition,
    topic_offset,
    timestamp_from_seconds(time_position) as event_timestamp,
    velocity * 3.6e0 as velocity_kmh,
    coalesce(baro_altitude, geo_altitude) as altitude_m,
    date_from_seconds(time_position) as event_date,
    ingest_date,
    row_number() over (
      partition by lower(icao24), time_position, last_contact
      order by topic_partition, topic_offset
    ) as occurrence
  from batch
  where reason is null
),
known as (
  select icao24, time_position, last_contact from recent
  union all
  select icao24, time_position, last_contact from earlier
)
select
  normalised.*,
  normalised.occurrence > 1 or known.icao24 is not null as is_duplicate
from normalised
left join known on known.icao24 = normalised.icao24
  and known.time_position = normalised.time_position
  and known.last_contact is not distinct from normalised.last_contact
