-- Grain: one row per window that begins in [:from, :to), oldest first.
-- Reads: traffic (files of gold.traffic_by_country).
select
  window_start,
  sum(flight_count) as aircraft,
  sum(record_count) as records
from traffic
where
  seconds_from_timestamp(window_start) >= :from
  and seconds_from_timestamp(window_start) < :to
group by window_start
order by window_start
