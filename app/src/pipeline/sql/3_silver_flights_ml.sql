-- Table:  silver/flights_ml
-- Grain:  exactly one row per Silver row of the batch.
-- Key:    (icao24, time_position, last_contact)
-- Reads:  silver, batch (which aircraft it has: sooner planned than silver), recent, earlier, airports_by_cell
-- Units:  metres, km/h, m/s, seconds, km; the flight phase works in feet, knots and ft/min
-- Rows of one aircraft are ordered by (time_position, last_contact); a gap of more than gap_seconds starts a new
-- segment, and nothing reaches back over it. Means and deviations take the row (0) and the four before it (1 to
-- 4), oldest first, so that their last bit does not depend on how the input was cut into batches.
-- Flight phase: fuzzy rules of OpenAP (Sun, Ellerbroek, Hoekstra 2017), over the rows of the phase window: at most
-- phase_seconds older than the row, with on_ground as in the row, and no other row between. A change of this rule needs
-- another value of the table property `contrail.phase_rule`.
-- A jump leaves 30 % and 2 s for rounded times, and 500 m for held positions; a jump of the altitude is more than 61 m/s
-- (12,000 ft/min) and 150 m. Above 7,620 m (FL250) no aeroplane flies at less than 185 km/h.
with history as (
  select icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate, longitude, latitude, on_ground
  from recent
  where icao24 in (select lower(icao24) from batch where reason is null)
  union all
  select icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate, longitude, latitude, on_ground
  from earlier
),
sequence as (
  select
    icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate, longitude, latitude, on_ground,
    coalesce(on_ground, false) as g0, origin_country, category, true_track, is_stale, true as is_new
  from silver
  union all
  select
    icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate, longitude, latitude, on_ground,
    coalesce(on_ground, false) as g0, null as origin_country, null as category, null as true_track, null as is_stale,
    false as is_new
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
    lag(vertical_rate, 4) over by_aircraft as r4,
    lag(longitude, 1) over by_aircraft as lo1,
    lag(longitude, 2) over by_aircraft as lo2,
    lag(longitude, 3) over by_aircraft as lo3,
    lag(longitude, 4) over by_aircraft as lo4,
    lag(latitude, 1) over by_aircraft as la1,
    lag(latitude, 2) over by_aircraft as la2,
    lag(latitude, 3) over by_aircraft as la3,
    lag(latitude, 4) over by_aircraft as la4,
    lag(g0, 1) over by_aircraft as g1,
    lag(g0, 2) over by_aircraft as g2,
    lag(g0, 3) over by_aircraft as g3,
    lag(g0, 4) over by_aircraft as g4
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
    end as window_size,
    case
      when t1 is null or time_position - t1 > :phase_seconds or g1 <> g0 then 1
      when t2 is null or time_position - t2 > :phase_seconds or g2 <> g0 then 2
      when t3 is null or time_position - t3 > :phase_seconds or g3 <> g0 then 3
      when t4 is null or time_position - t4 > :phase_seconds or g4 <> g0 then 4
      else 5
    end as phase_size
  from lagged
  where is_new
),
segment as (
  select
    icao24, time_position, last_contact, origin_country, category, longitude, latitude, altitude_m, velocity_kmh,
    vertical_rate, true_track, on_ground, is_stale, g0, window_size,
    time_position - case window_size when 1 then time_position when 2 then t1 when 3 then t2 when 4 then t3 else t4 end
      as window_seconds,
    case when window_size > 1 then time_position - t1 end as seconds_since_previous,
    case when window_size > 1 then longitude = lo1 and latitude = la1 end as is_repeat,
    case when window_size > 1 then haversine_m(latitude, longitude, la1, lo1) end as distance_m,
    window_size >= 3
      and longitude = lo1 and latitude = la1 and longitude = lo2 and latitude = la2
      and (window_size < 4 or (longitude = lo3 and latitude = la3))
      and (window_size < 5 or (longitude = lo4 and latitude = la4)) as is_held,
    case when window_size > 1 then a1 end as a1,
    case when window_size > 2 then a2 end as a2,
    case when window_size > 3 then a3 end as a3,
    case when window_size > 4 then a4 end as a4,
    case when window_size > 1 then v1 end as v1,
    case when window_size > 2 then v2 end as v2,
    case when window_size > 3 then v3 end as v3,
    case when window_size > 4 then v4 end as v4,
    case when window_size > 1 then r1 end as r1,
    case when window_size > 2 then r2 end as r2,
    case when window_size > 3 then r3 end as r3,
    case when window_size > 4 then r4 end as r4,
    mean_of_5(
      altitude_m,
      case when phase_size > 1 then a1 end,
      case when phase_size > 2 then a2 end,
      case when phase_size > 3 then a3 end,
      case when phase_size > 4 then a4 end
    ) / 0.3048e0 as altitude_ft,
    mean_of_5(
      velocity_kmh,
      case when phase_size > 1 then v1 end,
      case when phase_size > 2 then v2 end,
      case when phase_size > 3 then v3 end,
      case when phase_size > 4 then v4 end
    ) as phase_velocity,
    mean_of_5(
      vertical_rate,
      case when phase_size > 1 then r1 end,
      case when phase_size > 2 then r2 end,
      case when phase_size > 3 then r3 end,
      case when phase_size > 4 then r4 end
    ) as phase_rate
  from reach
),
averaged as (
  select
    *,
    count_of_5(altitude_m, a1, a2, a3, a4) as a_count,
    count_of_5(velocity_kmh, v1, v2, v3, v4) as v_count,
    mean_of_5(altitude_m, a1, a2, a3, a4) as altitude_mean_5,
    mean_of_5(velocity_kmh, v1, v2, v3, v4) as velocity_mean_5,
    mean_of_5(vertical_rate, r1, r2, r3, r4) as vertical_rate_mean_5,
    phase_velocity / 1.852e0 as knots,
    coalesce(
      phase_rate,
      case when seconds_since_previous <= :stand_in_seconds then (altitude_m - a1) / nullif(seconds_since_previous, 0) end
    ) / 0.00508e0 as feet_per_minute,
    airport_cell(latitude, longitude) as cell,
    cos(radians(latitude)) * cos(radians(longitude)) as x,
    cos(radians(latitude)) * sin(radians(longitude)) as y,
    sin(radians(latitude)) as z
  from segment
),
-- Each position is compared with the airports that can be the nearest one in its cell, by the chord between the two
-- points of the unit sphere: it orders like the great-circle distance, and is turned into it once, for the winner.
measured as (
  select averaged.*, airports_by_cell.airports, squared_chords(airports_by_cell.airports, x, y, z) as chords
  from averaged
  left join airports_by_cell on airports_by_cell.cell = averaged.cell
),
located as (
  select
    *,
    airport_at(airports, chords, smallest(chords)) as airport,
    great_circle_km(smallest(chords)) as distance_km
  from measured
),
featured as (
  select
    icao24, time_position, last_contact, origin_country, category, longitude, latitude, altitude_m, velocity_kmh,
    vertical_rate, true_track, on_ground, is_stale, g0, window_size, window_seconds, seconds_since_previous, is_repeat,
    distance_m, is_held, v1, altitude_mean_5, velocity_mean_5, vertical_rate_mean_5, distance_km, altitude_ft,
    airport.ident as nearest_airport,
    airport.elevation_m as elevation_m,
    altitude_m - a1 as altitude_change,
    velocity_kmh - v1 as velocity_change,
    deviation_of_5(altitude_m, a1, a2, a3, a4, altitude_mean_5, a_count) as altitude_std_5,
    deviation_of_5(velocity_kmh, v1, v2, v3, v4, velocity_mean_5, v_count) as velocity_std_5,
    clamp(altitude_ft, 0e0, 39999e0) as h,
    clamp(knots, 0e0, 599e0) as v,
    clamp(feet_per_minute, -4000e0, 4000e0) as r,
    altitude_ft - case when distance_km <= :at_airport_km then coalesce(airport.elevation_m, 0e0) else 0e0 end / 0.3048e0
      as height_ft
  from located
),
memberships as (
  select
    *,
    clamp(height_ft, 0e0, 39999e0) as g,
    gauss(h, 10000e0, 10000e0) as h_low,
    gauss(r, 0e0, 100e0) as r_level,
    gauss(v, 300e0, 100e0) as v_middle
  from featured
),
strengths as (
  select
    *,
    least(zmf(g, 0e0, 200e0), r_level, gauss(v, 0e0, 50e0)) as s_ground,
    least(h_low, smf(r, 10e0, 1000e0), v_middle) as s_climb,
    least(h_low, zmf(r, -1000e0, -10e0), v_middle) as s_descent,
    least(gauss(h, 35000e0, 20000e0), r_level, gauss(v, 600e0, 100e0)) as s_cruise,
    least(h_low, r_level, v_middle) as s_level
  from memberships
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
  date_from_seconds(time_position) as event_date,
  window_seconds,
  distance_m,
  distance_m / nullif(seconds_since_previous, 0) * 3.6e0 as implied_speed_kmh,
  is_repeat,
  distance_m > 1.3e0 * greatest(velocity_kmh, v1, 360e0) / 3.6e0 * (seconds_since_previous + 2) + 500e0 as is_jump,
  case
    when window_size > 1 then coalesce(abs(altitude_change) > 61e0 * (seconds_since_previous + 2) + 150e0, false)
  end as is_altitude_jump,
  not g0 and coalesce(altitude_m > 7620e0, false) and coalesce(velocity_kmh < 185e0, false) as is_speed_conflict,
  not g0 and is_held and coalesce(velocity_kmh > 110e0, false) as is_frozen,
  altitude_m - elevation_m as height_above_airport_m,
  is_stale
from decided
