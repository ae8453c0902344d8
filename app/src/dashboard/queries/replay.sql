-- Grain: one row per (icao24, time_position) of [:from, :to), per aircraft the newest of each :step seconds; and of each aircraft
-- the last row before that and the first one after it, within :beside seconds. None is later than :now. By icao24, then
-- time_position.
-- Reads: silver (files of silver.flights). Units: seconds after :from, degrees, metres, m/s.
with chosen as (
  select
    icao24,
    max(time_position) as time_position
  from silver
  where
    time_position >= :from
    and time_position < :to
    and time_position <= :now
  group by
    icao24,
    floor((time_position - :from) / :step)

  union all

  select
    icao24,
    max(time_position) as time_position
  from silver
  where
    time_position >= :from - :beside
    and time_position < :from
    and time_position <= :now
  group by icao24

  union all

  select
    icao24,
    min(time_position) as time_position
  from silver
  where
    time_position >= :to
    and time_position <= :to + :beside
    and time_position <= :now
  group by icao24
),

told as (
  select
    silver.*,
    row_number() over (
      partition by
        silver.icao24,
        silver.time_position
      order by silver.last_contact desc nulls last
    ) as newness
  from silver
  inner join chosen
    on
      silver.icao24 = chosen.icao24
      and silver.time_position = chosen.time_position
  where
    silver.time_position >= :from - :beside
    and silver.time_position <= :to + :beside
)

select
  icao24,
  cast(time_position - :from as integer) as seconds,
  longitude,
  latitude,
  altitude_m,
  geo_altitude,
  velocity,
  true_track,
  vertical_rate,
  on_ground,
  squawk,
  category,
  position_source,
  is_stale,
  callsign,
  origin_country,
  coalesce(source, feed) as feed
from told
where newness = 1
order by
  icao24,
  seconds
