-- Grain:  one row per message of the micro-batch, with why it cannot reach Silver (null: nothing found yet).
-- Key:    (topic_partition, topic_offset)
-- Reads:  messages
-- A message that has a payload here is not for Bronze: it is not of this lake, or says nothing that can be a row.
-- A record's stamp before `earliest_seconds`, or further ahead of the clock than a position may be, is no time of receipt: the
-- time at which the batch was planned (clock_seconds) stands for it, the same in each run of the batch.
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
  registration,
  type_code,
  nic,
  nac_p,
  rssi,
  source,
  received_at as ingested_at,
  topic_partition,
  topic_offset,
  date_from_seconds(seconds_from_timestamp(received_at)) as ingest_date,
  is_restamped,
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
    when time_position > seconds_from_timestamp(received_at) + :max_ahead_seconds then 'implausible_time'
    when time_position < :earliest_seconds then 'implausible_time'
  end as reason
from (
  select
    *,
    case when is_restamped then timestamp_from_seconds(:clock_seconds) else ingested_at end as received_at
  from (
    select
      *,
      seconds_from_timestamp(ingested_at) not between :earliest_seconds and :clock_seconds + :max_ahead_seconds as is_restamped
    from messages
  ) as stamped
) as received
