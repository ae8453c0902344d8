-- One name, two bodies: what DuckDB and Spark say differently. The other body is in engine/duckdb/macros.sql, and the
-- same golden tests run on both. One statement per paragraph, ended by a semicolon at the end of a line.

-- Epoch seconds to timestamp (UTC).
create or replace temporary function timestamp_from_seconds(seconds bigint) returns timestamp return timestamp_seconds(seconds);

-- Timestamp to epoch seconds, with its fraction.
create or replace temporary function seconds_from_timestamp(instant timestamp) returns double return unix_micros(instant) / 1e6;

-- The UTC day of epoch seconds.
create or replace temporary function date_from_seconds(seconds double) returns date return date_from_unix_date(cast(floor(seconds / 86400) as int));

-- Without the blanks (U+0020, nothing else) at both ends.
create or replace temporary function trim_blanks(text string) returns string return trim(both ' ' from text);

-- The difference of two longs; null where it is no long.
create or replace temporary function long_difference(a bigint, b bigint) returns bigint return try_subtract(a, b);

-- `~`? and 6 hexadecimal digits, in any case. `\z`: a line feed at the end is no part of it.
create or replace temporary function is_icao24(text string) returns boolean return text rlike r'\A~?[0-9a-fA-F]{6}\z';

-- Gaussian membership (Sun et al. 2017).
create or replace temporary function gauss(x double, mean double, sigma double) returns double return exp(-((x - mean) * (x - mean)) / (2.0D * sigma * sigma));

-- S-shaped membership: 0 below a, 1 above b.
create or replace temporary function smf(x double, a double, b double) returns double return case
  when x <= a then 0.0D
  when x >= b then 1.0D
  when x <= (a + b) / 2.0D then 2.0D * ((x - a) / (b - a)) * ((x - a) / (b - a))
  else 1.0D - 2.0D * ((x - b) / (b - a)) * ((x - b) / (b - a))
end;

-- Z-shaped membership: 1 below a, 0 above b.
create or replace temporary function zmf(x double, a double, b double) returns double return 1.0D - case
  when x <= a then 0.0D
  when x >= b then 1.0D
  when x <= (a + b) / 2.0D then 2.0D * ((x - a) / (b - a)) * ((x - a) / (b - a))
  else 1.0D - 2.0D * ((x - b) / (b - a)) * ((x - b) / (b - a))
end;

-- Between two bounds; null stays null.
create or replace temporary function clamp(x double, low double, high double) returns double return case when x < low then low when x > high then high else x end;

-- Great-circle distance from the squared chord between two points of the unit sphere, R = 6371.0088 km (IUGG mean
-- radius). The haversine formula is this very expression with the squared chord written in angles, divided by 4.
create or replace temporary function great_circle_km(squared_chord double) returns double return
  2.0D * 6371.0088D * asin(least(1.0D, sqrt(squared_chord) / 2.0D));

-- Great-circle distance between two positions by the haversine formula, R = 6371008.8 m (IUGG mean radius).
create or replace temporary function haversine_m(latitude double, longitude double, other_latitude double, other_longitude double) returns double return
  2.0D * 6371008.8D * asin(least(1.0D, sqrt(
    sin(radians(other_latitude - latitude) / 2.0D) * sin(radians(other_latitude - latitude) / 2.0D)
    + cos(radians(latitude)) * cos(radians(other_latitude))
      * sin(radians(other_longitude - longitude) / 2.0D) * sin(radians(other_longitude - longitude) / 2.0D))));

-- How many of five are numbers.
create or replace temporary function count_of_5(x0 double, x1 double, x2 double, x3 double, x4 double) returns int return
  case when x0 is null then 0 else 1 end + case when x1 is null then 0 else 1 end + case when x2 is null then 0 else 1 end
  + case when x3 is null then 0 else 1 end + case when x4 is null then 0 else 1 end;

-- The mean of up to five numbers, added from the last one to the first; null of none.
create or replace temporary function mean_of_5(x0 double, x1 double, x2 double, x3 double, x4 double) returns double return
  (coalesce(x4, 0.0D) + coalesce(x3, 0.0D) + coalesce(x2, 0.0D) + coalesce(x1, 0.0D) + coalesce(x0, 0.0D)) / nullif(
    case when x0 is null then 0 else 1 end + case when x1 is null then 0 else 1 end + case when x2 is null then 0 else 1 end
    + case when x3 is null then 0 else 1 end + case when x4 is null then 0 else 1 end, 0);

-- The sample standard deviation of up to five numbers, of which the mean and the count are known; null below two.
create or replace temporary function deviation_of_5(
  x0 double, x1 double, x2 double, x3 double, x4 double, mean double, number int
) returns double return case when number > 1 then sqrt((
  coalesce((x4 - mean) * (x4 - mean), 0.0D) + coalesce((x3 - mean) * (x3 - mean), 0.0D)
  + coalesce((x2 - mean) * (x2 - mean), 0.0D) + coalesce((x1 - mean) * (x1 - mean), 0.0D)
  + coalesce((x0 - mean) * (x0 - mean), 0.0D)) / (number - 1)) end;

-- An airport as a point of the unit sphere.
create or replace temporary function airport_point(ident string, elevation_m double, x double, y double, z double)
  returns struct<ident: string, elevation_m: double, x: double, y: double, z: double> return named_struct('ident', ident, 'elevation_m', elevation_m, 'x', x, 'y', y, 'z', z);

-- The squared chords between a point of the unit sphere and each of at most 20 airports. Written out, since Spark
-- interprets lambdas, and analyses a function again wherever it is called.
create or replace temporary function squared_chords(
  airports array<struct<ident: string, elevation_m: double, x: double, y: double, z: double>>, x double, y double, z double
) returns array<double> return array(
  (x - get(airports, 0).x) * (x - get(airports, 0).x) + (y - get(airports, 0).y) * (y - get(airports, 0).y) + (z - get(airports, 0).z) * (z - get(airports, 0).z),
  (x - get(airports, 1).x) * (x - get(airports, 1).x) + (y - get(airports, 1).y) * (y - get(airports, 1).y) + (z - get(airports, 1).z) * (z - get(airports, 1).z),
  (x - get(airports, 2).x) * (x - get(airports, 2).x) + (y - get(airports, 2).y) * (y - get(airports, 2).y) + (z - get(airports, 2).z) * (z - get(airports, 2).z),
  (x - get(airports, 3).x) * (x - get(airports, 3).x) + (y - get(airports, 3).y) * (y - get(airports, 3).y) + (z - get(airports, 3).z) * (z - get(airports, 3).z),
  (x - get(airports, 4).x) * (x - get(airports, 4).x) + (y - get(airports, 4).y) * (y - get(airports, 4).y) + (z - get(airports, 4).z) * (z - get(airports, 4).z),
  (x - get(airports, 5).x) * (x - get(airports, 5).x) + (y - get(airports, 5).y) * (y - get(airports, 5).y) + (z - get(airports, 5).z) * (z - get(airports, 5).z),
  (x - get(airports, 6).x) * (x - get(airports, 6).x) + (y - get(airports, 6).y) * (y - get(airports, 6).y) + (z - get(airports, 6).z) * (z - get(airports, 6).z),
  (x - get(airports, 7).x) * (x - get(airports, 7).x) + (y - get(airports, 7).y) * (y - get(airports, 7).y) + (z - get(airports, 7).z) * (z - get(airports, 7).z),
  (x - get(airports, 8).x) * (x - get(airports, 8).x) + (y - get(airports, 8).y) * (y - get(airports, 8).y) + (z - get(airports, 8).z) * (z - get(airports, 8).z),
  (x - get(airports, 9).x) * (x - get(airports, 9).x) + (y - get(airports, 9).y) * (y - get(airports, 9).y) + (z - get(airports, 9).z) * (z - get(airports, 9).z),
  (x - get(airports, 10).x) * (x - get(airports, 10).x) + (y - get(airports, 10).y) * (y - get(airports, 10).y) + (z - get(airports, 10).z) * (z - get(airports, 10).z),
  (x - get(airports, 11).x) * (x - get(airports, 11).x) + (y - get(airports, 11).y) * (y - get(airports, 11).y) + (z - get(airports, 11).z) * (z - get(airports, 11).z),
  (x - get(airports, 12).x) * (x - get(airports, 12).x) + (y - get(airports, 12).y) * (y - get(airports, 12).y) + (z - get(airports, 12).z) * (z - get(airports, 12).z),
  (x - get(airports, 13).x) * (x - get(airports, 13).x) + (y - get(airports, 13).y) * (y - get(airports, 13).y) + (z - get(airports, 13).z) * (z - get(airports, 13).z),
  (x - get(airports, 14).x) * (x - get(airports, 14).x) + (y - get(airports, 14).y) * (y - get(airports, 14).y) + (z - get(airports, 14).z) * (z - get(airports, 14).z),
  (x - get(airports, 15).x) * (x - get(airports, 15).x) + (y - get(airports, 15).y) * (y - get(airports, 15).y) + (z - get(airports, 15).z) * (z - get(airports, 15).z),
  (x - get(airports, 16).x) * (x - get(airports, 16).x) + (y - get(airports, 16).y) * (y - get(airports, 16).y) + (z - get(airports, 16).z) * (z - get(airports, 16).z),
  (x - get(airports, 17).x) * (x - get(airports, 17).x) + (y - get(airports, 17).y) * (y - get(airports, 17).y) + (z - get(airports, 17).z) * (z - get(airports, 17).z),
  (x - get(airports, 18).x) * (x - get(airports, 18).x) + (y - get(airports, 18).y) * (y - get(airports, 18).y) + (z - get(airports, 18).z) * (z - get(airports, 18).z),
  (x - get(airports, 19).x) * (x - get(airports, 19).x) + (y - get(airports, 19).y) * (y - get(airports, 19).y) + (z - get(airports, 19).z) * (z - get(airports, 19).z)
);

-- The smallest of a list of numbers.
create or replace temporary function smallest(numbers array<double>) returns double return array_min(numbers);

-- The airport whose chord this is, the first one of several.
create or replace temporary function airport_at(
  airports array<struct<ident: string, elevation_m: double, x: double, y: double, z: double>>, chords array<double>, chord double
) returns struct<ident: string, elevation_m: double, x: double, y: double, z: double> return
  get(airports, cast(array_position(chords, chord) as int) - 1);

-- The one-degree cell of a position, as flight/airport-cells.ts numbers them.
create or replace temporary function airport_cell(latitude double, longitude double) returns int return
  cast(least(floor(latitude + 90.0D), 179.0D) * 360.0D + least(floor(longitude + 180.0D), 359.0D) as int);

-- A number as a decimal whose sum does not depend on the order of the rows; null outside +-1e13 (see wild_part).
create or replace temporary function exact_part(x double) returns decimal(38, 12) return cast(case when abs(x) < 1e13D then x end as decimal(38, 12));

-- The rest of the numbers, summed as they are.
create or replace temporary function wild_part(x double) returns double return case when abs(x) < 1e13D then null else x end;

-- The mean of numbers, from the sums of their parts; null of none.
create or replace temporary function exact_mean(exact decimal(38, 12), wild double, number double) returns double return
  (cast(coalesce(exact, cast(0 as decimal(38, 12))) as double) + coalesce(wild, 0.0D)) / nullif(number, 0.0D);

-- The cells of a line of CSV without quotes.
create or replace temporary function cells_of(line string) returns array<string> return split(line, ',');

-- The cell at a place, from 1; null beyond the last one.
create or replace temporary function cell_at(cells array<string>, place int) returns string return get(cells, place - 1);

-- The text of a cell; null for a word that means null.
create or replace temporary function text_of_cell(cell string) returns string return
  case when cell not in ('', 'null', 'NULL', r'\N') then cell end;

-- The number in a cell; null for a word that means null, and for NaN. -0 is 0.
create or replace temporary function number_of_cell(cell string) returns double return
  nullif(try_cast(cell as double), cast('NaN' as double)) + 0.0D;

-- The seconds in a cell, rounded down.
create or replace temporary function seconds_of_cell(cell string) returns bigint return
  cast(floor(nullif(try_cast(cell as double), cast('NaN' as double))) as bigint);
