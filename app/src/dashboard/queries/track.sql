-- Grain: at most two rows per :step seconds of one aircraft, the first ones, from :since to :until, oldest first; row_count is how many
-- rows there are in the step, on the first of them. Two, because two aircraft may send one address.
-- Reads: flights (files of silver.flights_ml). Units: epoch seconds, degrees, metres, km/h, m/s, km.
with found as (
  select
    *,
    floor(time_position / :step) as step
  from flights
  where
    icao24 = :icao24
    and time_position >= :since
    and time_position <= :until
),

placed as (
  select
    *,
    row_number() over (partition by step order by time_position, last_contact) as place,
    count(*) over (partition by step) as rows_of_step
  from found
)

select
  time_position,
  longitude,
  latitude,
  altitude_m,
  velocity_kmh,
  vertical_rate,
  true_track,
  on_ground,
  flight_phase,
  phase_confidence,
  nearest_airport,
  nearest_airport_km,
  is_jump,
  is_altitude_jump,
  is_speed_conflict,
  is_frozen,
  is_stale,
  case when place = 1 then rows_of_step else 0 end as row_count
from placed
where place <= 2
order by
  time_position,
  last_contact
