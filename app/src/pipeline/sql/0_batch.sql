-- Grain:  one row per message of the micro-batch, with why it cannot reach Silver (null: nothing found yet).
-- Key:    (topic_partition, topic_offset)
-- Reads:  messages
-- A message that has a payload here is not for Bronze: it is not of this lake, or says nothing that can be a row.
-- Kept as batch; the reasons are those of the contract, in its order. `duplicate` needs other rows: see 2_duplicates.sql.
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
  date_from_seconds(seconds_from_timestamp(ingested_at)) as ingest_date,
  coalesce(malformed, unprocessable) as detail,
  case
    when malformed is not null or unprocessable is not null or (coalesce(feed, '') = 'simulator') <> :simulated then payload
  end as payload,
  payload_bytes,
  case
    when malformed is not null then 'malformed'
    when unprocessable is not null then 'unprocessable'
    when (coalesce(feed, '') = 'simulator') <> :simulated then 'other_kind'
    when icao24 is null or not is_icao24(icao24) then 'invalid_icao24'
    when time_position is null then 'missing_time'
    when longitude is null or latitude is null then 'missing_position'
    when latitude not between -90 and 90 or longitude not between -180 and 180 then 'invalid_position'
    when time_position > seconds_from_timestamp(ingested_at) + :max_ahead_seconds then 'implausible_time'
    when time_position < :earliest_seconds then 'implausible_time'
  end as reason
from messages
