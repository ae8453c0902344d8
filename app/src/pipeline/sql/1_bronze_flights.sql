-- Table:  bronze/flights
-- Grain:  one row per well-formed message of the lake's kind, as sent.
-- Key:    (topic_partition, topic_offset)
-- Reads:  batch
select
  icao24,
  callsign,
  origin_country,
  time_position,
  last_contact,
  longitude,
  latitude,
  baro_altitude,
  on_ground,
  velocity,
  true_track,
  vertical_rate,
  sensors,
  geo_altitude,
  squawk,
  spi,
  position_source,
  category,
  snapshot_time,
  feed,
  ingested_at,
  topic_partition,
  topic_offset,
  ingest_date,
  source,
  registration,
  type_code,
  nic,
  nac_p,
  rssi
from batch
where reason is null or reason not in ('malformed', 'unprocessable', 'other_kind')
