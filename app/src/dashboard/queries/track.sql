-- Grain: one row per (time_position, last_contact) of one aircraft since :since, up to :now, oldest first.
-- Reads: flights (files of silver.flights_ml). Units: epoch seconds, degrees, metres, km/h, m/s, km.
select
  time_position,
  longitude,
  latitude,
  altitude_m,
  velocity_kmh,
  vertical_rate,
  true_track,
  flight_phase,
  nearest_airport,
  nearest_airport_km
from flights
where
  icao24 = :icao24
  and time_position >= :since
  and time_position <= :now
order by
  time_position,
  last_contact
