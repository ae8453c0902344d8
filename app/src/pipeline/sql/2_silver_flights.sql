-- Table:  silver/flights
-- Grain:  one row per (icao24, time_position, last_contact), unique in the whole table.
-- Key:    (icao24, time_position, last_contact)
-- Reads:  batch, duplicates
-- Units:  velocity_kmh km/h, altitude_m metres (barometric, else geometric), ages seconds
-- An age is null where it is unknown, or where two times of a feed lie so far apart that no long holds it.
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
  long_difference(snapshot_time, time_position) as position_age_s,
  long_difference(snapshot_time, last_contact) as contact_age_s,
  snapshot_time > time_position + :stale_seconds as is_stale,
  nullif(source, '') as source,
  nullif(trim_blanks(registration), '') as registration,
  nullif(trim_blanks(type_code), '') as type_code,
  nic,
  nac_p,
  rssi
from batch
where reason is null
  and not exists (
    select 1
    from duplicates
    where duplicates.topic_partition = batch.topic_partition
      and duplicates.topic_offset = batch.topic_offset
  )
