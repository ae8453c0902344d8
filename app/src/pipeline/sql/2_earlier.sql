-- Grain:  one row of Silver_ML that a late row of this batch may repeat or follow, and that `recent` does not hold.
-- Key:    (icao24, time_position, last_contact)
-- Reads:  batch, recent, lake (the files of Silver_ML around the late rows)
-- Kept as earlier: at most reach_seconds back, since a segment of 5 rows with gaps of at most 600 s is no longer.
with late as (
  select lower(icao24) as icao24, min(time_position) as first_position, max(time_position) as last_position
  from batch
  where reason is null
  group by 1
)
select
  lake.icao24,
  lake.time_position,
  lake.last_contact,
  lake.altitude_m,
  lake.velocity_kmh,
  lake.vertical_rate,
  lake.longitude,
  lake.latitude,
  lake.on_ground
from lake
join late on late.icao24 = lake.icao24
  and lake.time_position between late.first_position - :reach_seconds and late.last_position
where not exists (
  select 1
  from recent
  where recent.icao24 = lake.icao24
    and recent.time_position = lake.time_position
    and recent.last_contact is not distinct from lake.last_contact
)
