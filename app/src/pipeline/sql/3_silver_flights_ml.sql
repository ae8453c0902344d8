-- Table:  silver/flights_ml
-- Grain:  exactly one row per Silver row of the batch.
-- Key:    (icao24, time_position, last_contact)
-- Reads:  silver, recent, earlier, airports_by_cell
-- Units:  metres, km/h, m/s, seconds, km; the flight phase works in feet, knots and ft/min
-- Rows of one aircraft are ordered by (time_position, last_contact); a gap of more than gap_seconds starts a new
-- segment, and nothing reaches back over it. Means and deviations are written out over the row (0) and the four
-- before it (1 to 4), oldest first, so that their last bit does not depend on how the input was cut into batches.
-- Flight phase: fuzzy rules of OpenAP (Sun, Ellerbroek, Hoekstra 2017).
with history as (
  select icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate
  from recent
  where icao24 in (select icao24 from silver)
  union all
  select icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate
  from earlier
),
sequence as (
  select
    icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate,
    origin_country, category, longitude, latitude, true_track, on_ground, true as is_new
  from silver
  union all
  select
    icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate,
    null as origin_country, null as category, null as longitude, null as latitude, null as true_track,
    null as on_ground, false as is_new
  from history
),
lagged as (
  select
    *,
    lag(time_position, 1) over by_aircraft as t1,
    lag(time_position, 2) over by_aircraft as t2,
    lag(time_position, 3) over by_aircraft as t3,
    lag(time_position, 4) over by_aircraft as t4,
    lag(altitude_m, 1) over by_aircraft as a1,
    lag(altitude_m, 2) over by_aircraft as a2,
    lag(altitude_m, 3) over by_aircraft as a3,
    lag(altitude_m, 4) over by_aircraft as a4,
    lag(velocity_kmh, 1) over by_aircraft as v1,
    lag(velocity_kmh, 2) over by_aircraft as v2,
    lag(velocity_kmh, 3) over by_aircraft as v3,
    lag(velocity_kmh, 4) over by_aircraft as v4,
    lag(vertical_rate, 1) over by_aircraft as r1,
    lag(vertical_rate, 2) over by_aircraft as r2,
    lag(vertical_rate, 3) over by_aircraft as r3,
    lag(vertical_rate, 4) over by_aircraft as r4
  from sequence
  window by_aircraft as (partition by icao24 order by time_position nulls first, last_contact nulls first)
),
reach as (
  select
    *,
    case
      when t1 is null or time_position - t1 > :gap_seconds then 1
      when t2 is null or t1 - t2 > :gap_seconds then 2
      when t3 is null or t2 - t3 > :gap_seconds then 3
      when t4 is null or t3 - t4 > :gap_seconds then 4
      else 5
    end as window_size
  from lagged
  where is_new
),
segment as (
  select
    icao24, time_position, last_contact, origin_country, category, longitude, latitude, altitude_m, velocity_kmh,
    vertical_rate, true_track, on_ground, window_size,
    case when window_size > 1 then time_position - t1 end as seconds_since_previous,
    altitude_m as a0,
    case when window_size > 1 then a1 end as a1,
    case when window_size > 2 then a2 end as a2,
    case when window_size > 3 then a3 end as a3,
    case when window_size > 4 then a4 end as a4,
    velocity_kmh as v0,
    case when window_size > 1 then v1 end as v1,
    case when window_size > 2 then v2 end as v2,
    case when window_size > 3 then v3 end as v3,
    case when window_size > 4 then v4 end as v4,
    vertical_rate as r0,
    case when window_size > 1 then r1 end as r1,
    case when window_size > 2 then r2 end as r2,
    case when window_size > 3 then r3 end as r3,
    case when window_size > 4 then r4 end as r4
  from reach
),
counted as (
  select
    *,
    case when a0 is null then 0 else 1 end + case when a1 is null then 0 else 1 end + case when a2 is null then 0 else 1 end + case when a3 is null then 0 else 1 end + case when a4 is null then 0 else 1 end as a_count,
    coalesce(a4, 0e0) + coalesce(a3, 0e0) + coalesce(a2, 0e0) + coalesce(a1, 0e0) + coalesce(a0, 0e0) as a_sum,
    case when v0 is null then 0 else 1 end + case when v1 is null then 0 else 1 end + case when v2 is null then 0 else 1 end + case when v3 is null then 0 else 1 end + case when v4 is null then 0 else 1 end as v_count,
    coalesce(v4, 0e0) + coalesce(v3, 0e0) + coalesce(v2, 0e0) + coalesce(v1, 0e0) + coalesce(v0, 0e0) as v_sum,
    case when r0 is null then 0 else 1 end + case when r1 is null then 0 else 1 end + case when r2 is null then 0 else 1 end + case when r3 is null then 0 else 1 end + case when r4 is null then 0 else 1 end as r_count,
    coalesce(r4, 0e0) + coalesce(r3, 0e0) + coalesce(r2, 0e0) + coalesce(r1, 0e0) + coalesce(r0, 0e0) as r_sum
  from segment
),
averaged as (
  select
    *,
    a_sum / nullif(a_count, 0) as altitude_mean_5,
    v_sum / nullif(v_count, 0) as velocity_mean_5,
    r_sum / nullif(r_count, 0) as vertical_rate_mean_5
  from counted
),
featured as (
  select
    *,
    altitude_m - a1 as altitude_change,
    velocity_kmh - v1 as velocity_change,
    case when a_count > 1 then sqrt((
      coalesce((a4 - altitude_mean_5) * (a4 - altitude_mean_5), 0e0)
      + coalesce((a3 - altitude_mean_5) * (a3 - altitude_mean_5), 0e0)
      + coalesce((a2 - altitude_mean_5) * (a2 - altitude_mean_5), 0e0)
      + coalesce((a1 - altitude_mean_5) * (a1 - altitude_mean_5), 0e0)
      + coalesce((a0 - altitude_mean_5) * (a0 - altitude_mean_5), 0e0)
    ) / (a_count - 1)) end as altitude_std_5,
    case when v_count > 1 then sqrt((
      coalesce((v4 - velocity_mean_5) * (v4 - velocity_mean_5), 0e0)
      + coalesce((v3 - velocity_mean_5) * (v3 - velocity_mean_5), 0e0)
      + coalesce((v2 - velocity_mean_5) * (v2 - velocity_mean_5), 0e0)
      + coalesce((v1 - velocity_mean_5) * (v1 - velocity_mean_5), 0e0)
      + coalesce((v0 - velocity_mean_5) * (v0 - velocity_mean_5), 0e0)
    ) / (v_count - 1)) end as velocity_std_5,
    clamp(altitude_mean_5 / 0.3048e0, 0e0, 39999e0) as h,
    clamp(velocity_mean_5 / 1.852e0, 0e0, 599e0) as v,
    clamp(
      coalesce(vertical_rate_mean_5, (altitude_m - a1) / nullif(seconds_since_previous, 0)) / 0.00508e0,
      -4000e0,
      4000e0
    ) as r
  from averaged
),
strengths as (
  select
    *,
    least(zmf(h, 0e0, 200e0), gauss(r, 0e0, 100e0), gauss(v, 0e0, 50e0)) as s_ground,
    least(gauss(h, 10000e0, 10000e0), smf(r, 10e0, 1000e0), gauss(v, 300e0, 100e0)) as s_climb,
    least(gauss(h, 10000e0, 10000e0), zmf(r, -1000e0, -10e0), gauss(v, 300e0, 100e0)) as s_descent,
    least(gauss(h, 35000e0, 20000e0), gauss(r, 0e0, 100e0), gauss(v, 600e0, 100e0)) as s_cruise,
    least(gauss(h, 10000e0, 10000e0), gauss(r, 0e0, 100e0), gauss(v, 300e0, 100e0)) as s_level
  from featured
),
decided as (
  select
    *,
    case
      when on_ground then 'GROUND'
      when h is null or v is null or r is null then 'UNKNOWN'
      when greatest(s_ground, s_climb, s_descent, s_cruise, s_level) < 0.0000037e0 then 'UNKNOWN'
      when s_level >= greatest(s_ground, s_climb, s_descent, s_cruise) then 'LEVEL'
      when s_cruise >= greatest(s_ground, s_climb, s_descent) then 'CRUISE'
      when s_descent >= greatest(s_ground, s_climb) then 'DESCENT'
      when s_climb >= s_ground then 'CLIMB'
      else 'GROUND'
    end as flight_phase
  from strengths
),
-- Each position is compared with the airports that can be the nearest one in its cell, by the chord between the two
-- points of the unit sphere: it orders like the great-circle distance, and is turned into it once, for the winner.
positioned as (
  select
    *,
    airport_cell(latitude, longitude) as cell,
    cos(radians(latitude)) * cos(radians(longitude)) as x,
    cos(radians(latitude)) * sin(radians(longitude)) as y,
    sin(radians(latitude)) as z
  from decided
),
measured as (
  select positioned.*, airports_by_cell.airports, squared_chords(airports_by_cell.airports, x, y, z) as chords
  from positioned
  left join airports_by_cell on airports_by_cell.cell = positioned.cell
),
located as (
  select *, airport_at(airports, chords, smallest(chords)) as nearest_airport, great_circle_km(smallest(chords)) as distance_km
  from measured
)
select
  icao24,
  time_position,
  last_contact,
  timestamp_from_seconds(time_position) as event_timestamp,
  origin_country,
  category,
  longitude,
  latitude,
  altitude_m,
  velocity_kmh,
  vertical_rate,
  true_track,
  on_ground,
  seconds_since_previous,
  altitude_change,
  velocity_change,
  altitude_mean_5,
  altitude_std_5,
  velocity_mean_5,
  velocity_std_5,
  vertical_rate_mean_5,
  window_size,
  nearest_airport,
  distance_km as nearest_airport_km,
  distance_km <= :near_airport_km as near_airport,
  flight_phase,
  case
    when flight_phase = 'UNKNOWN' then null
    when on_ground then 1e0
    else greatest(s_ground, s_climb, s_descent, s_cruise, s_level) - greatest(
      case when flight_phase = 'GROUND' then -1e0 else s_ground end,
      case when flight_phase = 'CLIMB' then -1e0 else s_climb end,
      case when flight_phase = 'DESCENT' then -1e0 else s_descent end,
      case when flight_phase = 'CRUISE' then -1e0 else s_cruise end,
      case when flight_phase = 'LEVEL' then -1e0 else s_level end
    )
  end as phase_confidence,
  date_from_seconds(time_position) as event_date
from located
