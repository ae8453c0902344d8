-- Table:  silver/flights
-- Grain:  one row per (icao24, time_position, last_contact), unique for ever.
-- Key:    (icao24, time_position, last_contact)
-- Reads:  valid
select
  icao24,
  callsign,
  origin_country,
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
  squawk,
  spi,
  position_source,
  category,
  snapshot_time,
  feed,
  ingested_at,
  topic_partition,
  topic_offset,
  event_timestamp,
  velocity_kmh,
  altitude_m,
  event_date
from valid
where not is_duplicate
