-- Table:  gold/metrics_by_category
-- Grain:  one row per window of event time, category and flight phase, for the windows that the batch touched.
-- Key:    (window_start, category, flight_phase)
-- Reads:  flights (all of the touched windows at least), touched, categories (OpenSky's words)
-- Units:  km/h, metres
-- An aircraft weighs one in its averages of the airborne, however many rows it has: they are means of its own means.
with counted as (
  select *, not on_ground and not is_stale as is_airborne
  from flights
  where window_seconds in (select window_seconds from touched)
),
by_aircraft as (
  select
    window_seconds,
    category,
    flight_phase,
    icao24,
    sum(record_count) as record_count,
    sum(case when is_stale then record_count else 0 end) as stale_count,
    max(case when is_airborne then 1 else 0 end) as airborne_count,
    sum(velocity_exact) as velocity_exact,
    sum(velocity_wild) as velocity_wild,
    sum(velocity_count) as velocity_count,
    sum(altitude_exact) as altitude_exact,
    sum(altitude_wild) as altitude_wild,
    sum(altitude_count) as altitude_count,
    exact_mean(
      sum(case when is_airborne then velocity_exact end),
      sum(case when is_airborne then velocity_wild end),
      sum(case when is_airborne then velocity_count end)
    ) as own_velocity,
    exact_mean(
      sum(case when is_airborne then altitude_exact end),
      sum(case when is_airborne then altitude_wild end),
      sum(case when is_airborne then altitude_count end)
    ) as own_altitude
  from counted
  group by window_seconds, category, flight_phase, icao24
),
metrics as (
  select
    window_seconds,
    category,
    flight_phase,
    count(*) as aircraft_count,
    cast(sum(record_count) as bigint) as record_count,
    exact_mean(sum(velocity_exact), sum(velocity_wild), sum(velocity_count)) as avg_velocity_kmh,
    exact_mean(sum(altitude_exact), sum(altitude_wild), sum(altitude_count)) as avg_altitude_m,
    cast(sum(airborne_count) as bigint) as airborne_count,
    exact_mean(sum(exact_part(own_velocity)), sum(wild_part(own_velocity)), count(own_velocity)) as aircraft_avg_velocity_kmh,
    exact_mean(sum(exact_part(own_altitude)), sum(wild_part(own_altitude)), count(own_altitude)) as aircraft_avg_altitude_m,
    cast(sum(stale_count) as bigint) as stale_count
  from by_aircraft
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
  metrics.avg_altitude_m,
  metrics.airborne_count,
  metrics.aircraft_avg_velocity_kmh,
  metrics.aircraft_avg_altitude_m,
  metrics.stale_count
from metrics
join categories on categories.category = metrics.category
