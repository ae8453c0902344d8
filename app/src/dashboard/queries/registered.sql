-- Grain: one row per row of the register whose icao24, in lower case, is among those wanted.
-- Reads: aircraft (files of reference.aircraft), wanted (addresses in lower case).
select
  lower(aircraft.icao24) as icao24,
  aircraft.registration,
  aircraft.type_code,
  aircraft.operator
from aircraft
inner join wanted on lower(aircraft.icao24) = wanted.icao24
