-- Table:  gold/metrics_by_category
-- Grain:  one row per window of event time, category and flight phase, for the windows that the batch touched.
-- Key:    (window_start, category, flight_phase)
-- Reads:  flights (all rows of the touched windows at least), touched, categories (OpenSky's words)
-- Units:  km/h, metres. Sums are exact, so that an average does not depend on the order of the rows.
with metrics as (
  select
    window_seconds,
    category,
    flight_phase,
    count(distinct icao24) as aircraft_count,
    count(*) as record_count,
    (cast(coalesce(sum(exact_part(velocity_kmh)), 0) as double) + coalesce(sum(wild_part(velocity_kmh)), 0e0))
    / nullif(count(velocity_kmh), 0) as avg_velocity_kmh,
    (cast(coalesce(sum(exact_part(altitude_m)), 0) as double) + coalesce(sum(wild_part(altitude_m)), 0e0))
    / nullif(count(altitude_m), 0) as avg_altitude_m
  from flights
  where window_seconds in (select window_seconds from touched)
  group by window_seconds, category, flight_phase
)
select
  timestamp_from_seconds(metrics.window_seconds) as window_start,
  timestamp_from_seconds(metrics.window_seconds + :window_seconds) as window_end,
  metrics.category,
  categories.category_name,
  metrics.flight_phase,
  metrics.aircraft_count,
  metrics.record_count,
  metrics.avg_velocity_kmh,
  metrics.avg_altitude_m
from metrics
join categories on categories.category = metrics.category
