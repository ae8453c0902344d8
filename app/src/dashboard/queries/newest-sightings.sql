-- Grain: one row per icao24 seen since :since: of its rows after the last one that was dated ahead, that is after its own
-- receipt or after :now (its time decides nothing, see live/heard.ts), the newest by (time_position, last_contact); else
-- that one itself. Where no row was dated ahead, the newest of all. Registration and type are what any of the rows says:
-- not every feed tells them.
-- A start reads a quarter of an hour of the world. So the newest row is found by the few columns that decide, which takes
-- a fifth of the time and a third of the memory of a window over whole rows; its other columns are read after that.
-- Reads: silver (files of silver.flights). Units: epoch seconds, degrees, metres, m/s.
with judged as not materialized (
  select
    icao24,
    time_position,
    coalesce(last_contact, -1) as last_contact,
    coalesce(topic_offset, -1) as topic_offset,
    registration,
    type_code,
    least(seconds_from_timestamp(ingested_at), :now) as received,
    greatest(time_position, last_contact) > least(seconds_from_timestamp(ingested_at), :now) as is_ahead
  from silver
  where time_position >= :since
),

aircraft as (
  select
    icao24,
    max(case when is_ahead then topic_offset end) as ahead_offset,
    max(case when is_ahead then received end) as ahead_received,
    max(registration) as registration,
    max(type_code) as type_code
  from judged
  group by icao24
),

newest as (
  select
    judged.icao24,
    max(struct_pack(
      is_sound := not judged.is_ahead,
      ahead_offset := case when judged.is_ahead then judged.topic_offset else -1 end,
      time_position := judged.time_position,
      last_contact := judged.last_contact,
      topic_offset := judged.topic_offset
    )) as row
  from judged
  inner join aircraft using (icao24)
  where
    judged.is_ahead
    or aircraft.ahead_offset is null
    or (
      judged.topic_offset > aircraft.ahead_offset
      and judged.time_position >= aircraft.ahead_received - :contact_lost
    )
  group by judged.icao24
)

select
  silver.icao24,
  silver.callsign,
  silver.origin_country,
  silver.time_position,
  silver.last_contact,
  silver.longitude,
  silver.latitude,
  silver.altitude_m,
  silver.geo_altitude,
  silver.velocity,
  silver.true_track,
  silver.vertical_rate,
  silver.on_ground,
  silver.squawk,
  silver.category,
  silver.position_source,
  silver.is_stale,
  silver.feed,
  silver.source,
  silver.ingested_at,
  silver.topic_offset,
  aircraft.registration,
  aircraft.type_code
from silver
inner join newest
  on
    silver.icao24 = newest.icao24
    and silver.time_position = newest.row.time_position
    and coalesce(silver.last_contact, -1) = newest.row.last_contact
    and coalesce(silver.topic_offset, -1) = newest.row.topic_offset
inner join aircraft on aircraft.icao24 = newest.icao24
