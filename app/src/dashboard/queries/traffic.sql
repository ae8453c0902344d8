-- Grain: one row per (window_start, origin_country) of the newest :windows windows that have begun by :now, oldest window first.
-- Reads: traffic (files of gold.traffic_by_country). Units: km/h, metres.
with ranked as (
  select
    *,
    dense_rank() over (order by window_start desc) as recency
  from traffic
  where seconds_from_timestamp(window_start) <= :now
)

select
  window_start,
  window_end,
  origin_country,
  flight_count,
  record_count,
  avg_velocity_kmh,
  avg_altitude_m
from ranked
where recency <= :windows
order by
  window_start,
  flight_count desc,
  origin_country
