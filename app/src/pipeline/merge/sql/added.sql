-- Grain:  one row to add to Bronze that lies in the slice and that Bronze does not have.
-- Key:    (topic_partition, topic_offset)
-- Reads:  additions (columns of messages), bronze (the files that may have these rows already)
-- Rows that no slice has, because they have no time or an impossible one, come with the first slice: they end in
-- quarantine whatever their slice is.
-- Kept as added.
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
from additions
where (
    (time_position >= :start and time_position < :end)
    or (:is_first and (
      time_position is null
      or time_position < :earliest_seconds
      or time_position > seconds_from_timestamp(ingested_at) + :max_ahead_seconds
    ))
  )
  and not exists (
    select 1
    from bronze
    where bronze.topic_partition = additions.topic_partition
      and bronze.topic_offset = additions.topic_offset
  )
