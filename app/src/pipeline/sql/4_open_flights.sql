-- Grain:  one row per window of event time, aircraft, country, category, flight phase, on_ground and is_stale of
--         `flights`, of the windows that begin at `floor` or later.
-- Key:    (window_seconds, icao24, origin_country, category, flight_phase, on_ground, is_stale)
-- Reads:  flights (as it was, which has its keys once per batch)
-- Kept as flights when the newest window has moved on, and from time to time: what lies behind is read from the lake if a
-- late row asks for it, and what many small batches have added is added up, so that Gold reads a row per aircraft and not
-- one per aircraft and batch.
select
  window_seconds,
  icao24,
  origin_country,
  category,
  flight_phase,
  on_ground,
  is_stale,
  cast(sum(record_count) as bigint) as record_count,
  cast(sum(velocity_count) as bigint) as velocity_count,
  sum(velocity_exact) as velocity_exact,
  sum(velocity_wild) as velocity_wild,
  cast(sum(altitude_count) as bigint) as altitude_count,
  sum(altitude_exact) as altitude_exact,
  sum(altitude_wild) as altitude_wild
from flights
where window_seconds >= :floor
group by window_seconds, icao24, origin_country, category, flight_phase, on_ground, is_stale
