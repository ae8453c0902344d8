-- Grain:  one of the newest rows of an aircraft, at most keep_rows each, numbered from the newest (age_rank 1).
-- Key:    (icao24, time_position, last_contact)
-- Reads:  recent (as it was), fresh (new rows of Silver_ML)
-- Kept as recent: what the next batch needs of the past. Aircraft not heard of since horizon_seconds are let go;
-- their rows are found in the lake when a late row asks for them.
with combined as (
  select icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate, longitude, latitude, on_ground
  from recent
  where icao24 in (select icao24 from fresh)
  union all
  select icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate, longitude, latitude, on_ground
  from fresh
),
ranked as (
  select
    *,
    cast(row_number() over (
      partition by icao24
      order by time_position desc nulls last, last_contact desc nulls last
    ) as integer) as age_rank
  from combined
)
select icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate, longitude, latitude, on_ground, age_rank
from ranked
where age_rank <= :keep_rows
union all
select icao24, time_position, last_contact, altitude_m, velocity_kmh, vertical_rate, longitude, latitude, on_ground, age_rank
from recent
where not exists (select 1 from fresh where fresh.icao24 = recent.icao24)
  and icao24 in (select icao24 from recent where age_rank = 1 and time_position >= :horizon_seconds)
