-- Grain:  one row per time bucket that holds rows older than what `recent` can answer for.
-- Key:    bucket (time_position / bucket_seconds, rounded down)
-- Reads:  batch, recent
-- A row is answered by `recent` when it is newer than, or equal to, its aircraft's newest row, or when its aircraft
-- is not there and the row is not older than the horizon behind which aircraft were let go. For all others the
-- lake is asked: their duplicates and predecessors lie in the files of these buckets.
with newest as (
  select icao24, time_position, last_contact from recent where age_rank = 1
),
late as (
  select batch.time_position
  from batch
  left join newest on newest.icao24 = lower(batch.icao24)
  where batch.reason is null
    and case
      when newest.icao24 is null then batch.time_position < :horizon_seconds
      when batch.time_position <> newest.time_position then batch.time_position < newest.time_position
      when batch.last_contact is null then newest.last_contact is not null
      else batch.last_contact < newest.last_contact
    end
)
select cast(floor(time_position / :bucket_seconds) as bigint) as bucket, count(*) as late_rows
from late
group by 1
