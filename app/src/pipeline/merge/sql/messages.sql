-- Grain:  one row per message of a slice: those of Bronze, those to add, and those that only Silver has.
-- Key:    (topic_partition, topic_offset)
-- Reads:  bronze, silver (files with rows of the slice), added (rows to add, which Bronze does not have)
-- The columns are those of a relation of messages. Bronze holds only well-formed messages of the lake's kind. A lake may
-- keep Silver longer than Bronze: a row of Silver without its row in Bronze then stands for itself.
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
  registration,
  type_code,
  nic,
  nac_p,
  rssi,
  source,
  ingested_at,
  topic_partition,
  topic_offset,
  cast(null as string) as malformed,
  cast(null as string) as unprocessable,
  cast(null as string) as payload,
  cast(null as binary) as payload_bytes
from bronze
where time_position >= :start and time_position < :end
union all
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
  registration,
  type_code,
  nic,
  nac_p,
  rssi,
  source,
  ingested_at,
  topic_partition,
  topic_offset,
  malformed,
  unprocessable,
  payload,
  payload_bytes
from added
union all
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
  registration,
  type_code,
  nic,
  nac_p,
  rssi,
  source,
  ingested_at,
  topic_partition,
  topic_offset,
  cast(null as string) as malformed,
  cast(null as string) as unprocessable,
  cast(null as string) as payload,
  cast(null as binary) as payload_bytes
from silver
where time_position >= :start and time_position < :end
  and not exists (
    select 1
    from bronze
    where bronze.time_position >= :start
      and bronze.time_position < :end
      and bronze.topic_partition = silver.topic_partition
      and bronze.topic_offset = silver.topic_offset
  )
