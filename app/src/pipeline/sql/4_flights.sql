-- Grain:  one row per window of event time, aircraft, country, category, flight phase, on_ground and is_stale in `fresh`,
--         of the windows that begin at `floor` or later.
-- Key:    (window_seconds, icao24, origin_country, category, flight_phase, on_ground, is_stale), once per batch
-- Reads:  fresh (rows of Silver_ML)
-- Units:  km/h, metres
-- Kept as flights, for the newest windows; older windows are read from the lake in the same form. What Gold aggregates
-- is added up here as far as it goes, so that a window that many batches touch is not read row by row each time.
-- Sums are exact (and the rare numbers beyond that apart), so that their order does not show.
select
  time_position - time_position % :window_seconds as window_seconds,
  icao24,
  origin_country,
  category,
  flight_phase,
  coalesce(on_ground, false) as on_ground,
  coalesce(is_stale, false) as is_stale,
  count(*) as record_count,
  count(velocity_kmh) as velocity_count,
  sum(exact_part(velocity_kmh)) as velocity_exact,
  sum(wild_part(velocity_kmh)) as velocity_wild,
  count(altitude_m) as altitude_count,
  sum(exact_part(altitude_m)) as altitude_exact,
  sum(wild_part(altitude_m)) as altitude_wild
from fresh
where time_position - time_position % :window_seconds >= :floor
group by time_position - time_position % :window_seconds, icao24, origin_country, category, flight_phase,
  coalesce(on_ground, false), coalesce(is_stale, false)
