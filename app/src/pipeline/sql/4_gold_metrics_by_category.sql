-- Table:  gold/metrics_by_category
-- Grain:  one row per window of event time, category and flight phase, for the windows that the batch touched.
-- Key:    (window_start, category, flight_phase)
-- Reads:  flights (all of the touched windows at least), touched, categories (OpenSky's words)
-- Units:  km/h, metres
with metrics as (
  select
    window_seconds,
    category,
    flight_phase,
    count(distinct icao24) as aircraft_count,
    cast(sum(record_count) as bigint) as record_count,
    exact_mean(sum(velocity_exact), sum(velocity_wild), sum(velocity_count)) as avg_velocity_kmh,
    exact_mean(sum(altitude_exact), sum(altitude_wild), sum(altitude_count)) as avg_altitude_m
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
