-- One name, two bodies: what DuckDB and Spark say differently. The other body is in engine/spark/macros.sql, and the
-- same golden tests run on both. One statement per paragraph, ended by a semicolon at the end of a line.

-- Epoch seconds to timestamp (UTC).
create or replace macro timestamp_from_seconds(seconds) as to_timestamp(seconds);

-- Timestamp to epoch seconds, with its fraction.
create or replace macro seconds_from_timestamp(instant) as epoch(instant);

-- The UTC day of epoch seconds.
create or replace macro date_from_seconds(seconds) as date '1970-01-01' + cast(floor(seconds / 86400) as integer);

-- Without the blanks (U+0020, nothing else) at both ends.
create or replace macro trim_blanks(text) as trim(text, ' ');

-- The difference of two longs; null where it is no long.
create or replace macro long_difference(a, b) as try_cast(cast(a as hugeint) - cast(b as hugeint) as bigint);

-- `~`? and 6 hexadecimal digits, in any case.
create or replace macro is_icao24(text) as regexp_full_match(text, '~?[0-9a-fA-F]{6}');

-- Gaussian membership (Sun et al. 2017).
create or replace macro gauss(x, mean, sigma) as exp(-((x - mean) * (x - mean)) / (2e0 * sigma * sigma));

-- S-shaped membership: 0 below a, 1 above b.
create or replace macro smf(x, a, b) as case
  when x <= a then 0e0
  when x >= b then 1e0
  when x <= (a + b) / 2e0 then 2e0 * ((x - a) / (b - a)) * ((x - a) / (b - a))
  else 1e0 - 2e0 * ((x - b) / (b - a)) * ((x - b) / (b - a))
end;

-- Z-shaped membership: 1 below a, 0 above b.
create or replace macro zmf(x, a, b) as 1e0 - smf(x, a, b);

-- Between two bounds; null stays null.
create or replace macro clamp(x, low, high) as case when x < low then low when x > high then high else x end;

-- Great-circle distance from the squared chord between two points of the unit sphere, R = 6371.0088 km (IUGG mean
-- radius). The haversine formula is this very expression with the squared chord written in angles, divided by 4.
create or replace macro great_circle_km(squared_chord) as
  2e0 * 6371.0088e0 * asin(least(1e0, sqrt(squared_chord) / 2e0));

-- Great-circle distance between two positions by the haversine formula, R = 6371008.8 m (IUGG mean radius).
create or replace macro haversine_m(latitude, longitude, other_latitude, other_longitude) as
  2e0 * 6371008.8e0 * asin(least(1e0, sqrt(
    sin(radians(other_latitude - latitude) / 2e0) * sin(radians(other_latitude - latitude) / 2e0)
    + cos(radians(latitude)) * cos(radians(other_latitude))
      * sin(radians(other_longitude - longitude) / 2e0) * sin(radians(other_longitude - longitude) / 2e0))));

-- How many of five are numbers. A list of them takes a third of the planning that five expressions take.
create or replace macro count_of_5(x0, x1, x2, x3, x4) as list_count([x4, x3, x2, x1, x0]);

-- The mean of up to five numbers, added from the last one to the first; null of none.
create or replace macro mean_of_5(x0, x1, x2, x3, x4) as list_avg([x4, x3, x2, x1, x0]);

-- The sample standard deviation of up to five numbers, of which the mean and the count are known; null below two.
create or replace macro deviation_of_5(x0, x1, x2, x3, x4, mean, number) as case when number > 1 then sqrt(list_sum([
  (x4 - mean) * (x4 - mean), (x3 - mean) * (x3 - mean), (x2 - mean) * (x2 - mean), (x1 - mean) * (x1 - mean),
  (x0 - mean) * (x0 - mean)]) / (number - 1)) end;

-- An airport as a point of the unit sphere.
create or replace macro airport_point(ident, elevation_m, x, y, z) as
  struct_pack(ident := ident, elevation_m := elevation_m, x := x, y := y, z := z);

-- The squared chords between a point of the unit sphere and each of a list of airports.
create or replace macro squared_chords(airports, x, y, z) as list_transform(airports, lambda airport:
  (x - airport.x) * (x - airport.x) + (y - airport.y) * (y - airport.y) + (z - airport.z) * (z - airport.z));

-- The smallest of a list of numbers.
create or replace macro smallest(numbers) as list_min(numbers);

-- The airport whose chord this is, the first one of several.
create or replace macro airport_at(airports, chords, chord) as airports[list_position(chords, chord)];

-- The one-degree cell of a position, as flight/airport-cells.ts numbers them.
create or replace macro airport_cell(latitude, longitude) as
  cast(least(floor(latitude + 90.0), 179.0) * 360.0 + least(floor(longitude + 180.0), 359.0) as integer);

-- A number as a decimal whose sum does not depend on the order of the rows; null outside +-1e13 (see wild_part).
create or replace macro exact_part(x) as cast(case when abs(x) < 1e13 then x end as decimal(38, 12));

-- The rest of the numbers, summed as they are.
create or replace macro wild_part(x) as case when abs(x) < 1e13 then null else x end;

-- The mean of numbers, from the sums of their parts; null of none.
create or replace macro exact_mean(exact, wild, number) as
  (cast(coalesce(exact, 0) as double) + coalesce(wild, 0e0)) / nullif(number, 0);

-- The cells of a line of CSV without quotes.
create or replace macro cells_of(line) as string_split(line, ',');

-- The cell at a place, from 1; null beyond the last one.
create or replace macro cell_at(cells, place) as list_extract(cells, place);

-- The text of a cell; null for a word that means null.
create or replace macro text_of_cell(cell) as case when cell not in ('', 'null', 'NULL', '\N') then cell end;

-- The number in a cell; null for a word that means null, and for NaN. -0 is 0.
create or replace macro number_of_cell(cell) as nullif(try_cast(cell as double), cast('nan' as double)) + 0e0;

-- The seconds in a cell, rounded down.
create or replace macro seconds_of_cell(cell) as cast(floor(number_of_cell(cell)) as bigint);
