-- Grain: one row per icao24 seen since :since: of its rows after the last one that was dated ahead, that is after its own
-- receipt or after :now (its time decides nothing, see live/heard.ts), the newest by (time_position, last_contact); else
-- that one itself. Where no row was dated ahead, the newest of all. Registration and type are what any of the rows says:
-- not every feed tells them.
-- Reads: silver (files of silver.flights). Units: epoch seconds, degrees, metres, m/s.
with judged as (
  select
    *,
    least(seconds_from_timestamp(ingested_at), :now) as received,
    greatest(time_position, last_contact) > least(seconds_from_timestamp(ingested_at), :now) as is_ahead
  from silver
  where time_position >= :since
),

marked as (
  select
    *,
    max(case when is_ahead then topic_offset end) over (partition by icao24) as ahead_offset,
    max(case when is_ahead then received end) over (partition by icao24) as ahead_received,
    max(registration) over (partition by icao24) as told_registration,
    max(type_code) over (partition by icao24) as told_type_code
  from judged
),

ranked as (
  select
    *,
    row_number() over (
      partition by icao24
      order by
        is_ahead,
        case when is_ahead then topic_offset end desc nulls last,
        time_position desc,
        last_contact desc nulls last
    ) as newness
  from marked
  where
    is_ahead
    or ahead_offset is null
    or (topic_offset > ahead_offset and time_position >= ahead_received - :contact_lost)
)

select
  icao24,
  callsign,
  origin_country,
  time_position,
  last_contact,
  longitude,
  latitude,
  altitude_m,
  geo_altitude,
  velocity,
  true_track,
  vertical_rate,
  on_ground,
  squawk,
  category,
  position_source,
  is_stale,
  feed,
  source,
  ingested_at,
  topic_offset,
  told_registration as registration,
  told_type_code as type_code
from ranked
where newness = 1
