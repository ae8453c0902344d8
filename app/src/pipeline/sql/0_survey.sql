-- Grain:  one row per reason, cell of the globe, time bucket of late rows and feed; cell and bucket for valid rows only.
-- Key:    (reason, cell, late_bucket, feed)
-- Reads:  batch, recent
-- All that has to be known of a batch before the rest of it begins, in one pass: how many rows of which reason,
-- around which cells airports are looked for, and which rows `recent` cannot answer for. It answers for a row that is
-- newer than, or equal to, its aircraft's newest row, or whose aircraft is not there, when the row is not older than the
-- horizon behind which aircraft were let go. For all others the lake is asked: their duplicates and predecessors lie in
-- the files of these buckets (time_position / bucket_seconds, rounded down).
-- Dates: the days that rows of Bronze and quarantine, and valid rows of Silver, lie in: mostly one.
-- Clocks: ahead_median is the middle of (the feed's time - the time of receipt), s, over the timed_rows that tell. Only a
-- live feed that says the time of its answer can tell that it is late; others tell nothing but positions of the future.
-- Pace: the newest time of an answer and how many there are, by feed, or by source where there are several: of an answer
-- most cells have a row.
with newest as (
  select icao24, time_position, last_contact from recent where age_rank = 1
),
judged as (
  select
    batch.reason,
    batch.ingested_at,
    batch.time_position,
    batch.ingest_date,
    batch.is_restamped,
    coalesce(batch.source, batch.feed) as feed,
    batch.snapshot_time,
    case
      when batch.feed = 'opensky' and batch.snapshot_time is not null
        then cast(batch.snapshot_time as double) - seconds_from_timestamp(batch.ingested_at)
      when coalesce(batch.snapshot_time, batch.time_position) is not null
        then greatest(
          cast(coalesce(batch.snapshot_time, batch.time_position) as double) - seconds_from_timestamp(batch.ingested_at),
          cast(0 as double)
        )
    end as ahead_seconds,
    case when batch.reason is null then airport_cell(batch.latitude, batch.longitude) end as cell,
    batch.reason is null
      and case
        when newest.icao24 is null then batch.time_position < :horizon_seconds
        when batch.time_position <> newest.time_position then batch.time_position < newest.time_position
        when batch.last_contact is null then newest.last_contact is not null
        else batch.last_contact < newest.last_contact
      end as is_late
  from batch
  left join newest on newest.icao24 = lower(batch.icao24)
)
select
  reason,
  cell,
  case when is_late then cast(floor(time_position / :bucket_seconds) as bigint) end as late_bucket,
  count(*) as row_count,
  sum(case when is_restamped then 1 else 0 end) as restamped_rows,
  min(ingest_date) as ingest_date_min,
  max(ingest_date) as ingest_date_max,
  min(case when reason is null then date_from_seconds(time_position) end) as event_date_min,
  max(case when reason is null then date_from_seconds(time_position) end) as event_date_max,
  cast(max(seconds_from_timestamp(ingested_at)) * 1000 as bigint) as ingested_at_max_ms,
  count(ahead_seconds) as timed_rows,
  median(ahead_seconds) as ahead_median,
  feed,
  max(snapshot_time) as snapshot_max,
  count(distinct snapshot_time) as snapshots
from judged
group by 1, 2, 3, feed
