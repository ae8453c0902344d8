-- Grain: one row per (category, flight_phase) of the newest :windows windows that have begun by :now, the newest first.
-- Reads: metrics (files of gold.metrics_by_category, pruned to the window asked for). Units: km/h, metres.
select
  window_start,
  window_end,
  category,
  category_name,
  flight_phase,
  aircraft_count,
  record_count,
  avg_velocity_kmh,
  avg_altitude_m
from (
  select
    *,
    dense_rank() over (order by window_start desc) as recency
  from metrics
  where seconds_from_timestamp(window_start) <= :now
) as ranked
where recency <= :windows
order by
  window_start desc,
  category,
  flight_phase
