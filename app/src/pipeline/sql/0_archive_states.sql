-- Grain:  one row per line of an OpenSky CSV of state vectors that has the plain form (ingest/archive/plain-csv.ts).
-- Key:    topic_offset
-- Reads:  lines (topic_offset, line), countries (prefix, country: the first four digits of the addresses of a state, lower case)
-- Staged for a merge; the same values as ingest/archive/to-state-vector.ts gives. The form leaves little to decide: a cell is a
-- number, a flag, a text, or a word that means null. try_cast makes such a word null; NaN is one of them. -0 is 0, as in a message.
-- Parameters: the place of each column of OpenSky's, from 1; a column that the file lacks has the place after the last one.
with cells as (
  select topic_offset, cells_of(line) as cells from lines
),
named as (
  select
    topic_offset,
    cell_at(cells, :time) as time,
    cell_at(cells, :icao24) as icao24,
    cell_at(cells, :lat) as lat,
    cell_at(cells, :lon) as lon,
    cell_at(cells, :velocity) as velocity,
    cell_at(cells, :heading) as heading,
    cell_at(cells, :vertrate) as vertrate,
    cell_at(cells, :callsign) as callsign,
    cell_at(cells, :onground) as onground,
    cell_at(cells, :spi) as spi,
    cell_at(cells, :squawk) as squawk,
    cell_at(cells, :baroaltitude) as baroaltitude,
    cell_at(cells, :geoaltitude) as geoaltitude,
    cell_at(cells, :lastposupdate) as lastposupdate,
    cell_at(cells, :lastcontact) as lastcontact
  from cells
)
select
  text_of_cell(icao24) as icao24,
  text_of_cell(callsign) as callsign,
  countries.country as origin_country,
  seconds_of_cell(lastposupdate) as time_position,
  seconds_of_cell(lastcontact) as last_contact,
  number_of_cell(lon) as longitude,
  number_of_cell(lat) as latitude,
  number_of_cell(baroaltitude) as baro_altitude,
  try_cast(onground as boolean) as on_ground,
  number_of_cell(velocity) as velocity,
  number_of_cell(heading) as true_track,
  number_of_cell(vertrate) as vertical_rate,
  number_of_cell(geoaltitude) as geo_altitude,
  case when number_of_cell(squawk) is not null then lpad(replace(squawk, '.0', ''), 4, '0') end as squawk,
  try_cast(spi as boolean) as spi,
  0 as position_source,
  seconds_of_cell(time) as snapshot_time,
  'archive' as feed,
  topic_offset
from named
left join countries on countries.prefix = lower(substr(named.icao24, 1, 4))
