-- Grain: one row per (time_position, last_contact) of one aircraft since :since, up to :now, the newest :points of them,
-- oldest first.
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
from (
  select
    *,
    row_number() over (order by time_position desc, last_contact desc nulls last) as newness
  from flights
  where
    icao24 = :icao24
    and time_position >= :since
    and time_position <= :now
) as recent
where newness <= :points
order by
  time_position,
  last_contact
