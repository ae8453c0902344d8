-- Grain: one row per icao24 seen since :since, its newest by (time_position, last_contact).
-- Reads: silver (files of silver.flights). Units: epoch seconds, degrees, metres, m/s.
with ranked as (
  select
    *,
    row_number() over (
      partition by icao24
      order by time_position desc, last_contact desc nulls last
    ) as newness
  from silver
  where time_position >= :since
)

select
  icao24,
  callsign,
  origin_country,
  time_position,
  last_contact,
  longitude,
  latitude,
  altitude_m,
  velocity,
  true_track,
  vertical_rate,
  on_ground,
  squawk,
  category,
  feed
from ranked
where newness = 1
