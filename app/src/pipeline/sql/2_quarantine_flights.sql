-- Table:  quarantine/flights
-- Grain:  one row per message of the batch that does not reach Silver, with the first reason that applies.
-- Key:    (topic_partition, topic_offset)
-- Reads:  batch, duplicates
select
  reason,
  case reason
    when 'malformed' then detail
    when 'unprocessable' then detail
    when 'other_kind' then
      case when feed = 'simulator' then 'a simulated position in a lake of real ones' else 'a real position in a lake of simulated ones' end
    when 'invalid_icao24' then case when icao24 is null then 'icao24 is null' else 'icao24 is not 6 hexadecimal digits' end
    when 'missing_time' then 'time_position is null'
    when 'missing_position' then case when longitude is null then 'longitude is null' else 'latitude is null' end
    when 'invalid_position' then
      case when latitude not between -90 and 90 then 'latitude is outside -90 to 90' else 'longitude is outside -180 to 180' end
    else
      case
        when time_position < :earliest_seconds
          then concat('time_position is before ', cast(date_from_seconds(:earliest_seconds) as string))
        else concat('time_position is more than ', cast(:max_ahead_seconds as string), ' s after the receipt')
      end
  end as detail,
  payload,
  payload_bytes,
  icao24,
  ingested_at,
  topic_partition,
  topic_offset,
  ingest_date
from batch
where reason is not null
union all
select
  'duplicate' as reason,
  'a row of the same icao24, time_position and last_contact came before' as detail,
  cast(null as string) as payload,
  cast(null as binary) as payload_bytes,
  lower(batch.icao24) as icao24,
  batch.ingested_at,
  batch.topic_partition,
  batch.topic_offset,
  batch.ingest_date
from batch
join duplicates on duplicates.topic_partition = batch.topic_partition
  and duplicates.topic_offset = batch.topic_offset
