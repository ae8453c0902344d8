-- Grain:  one row of Silver_ML, cut to what Gold aggregates.
-- Key:    (icao24, time_position, last_contact), not carried
-- Reads:  fresh (rows of Silver_ML)
-- Kept as flights, for the newest windows; older windows are read from the lake in the same form.
select
  time_position - time_position % :window_seconds as window_seconds,
  icao24,
  origin_country,
  category,
  flight_phase,
  velocity_kmh,
  altitude_m
from fresh
