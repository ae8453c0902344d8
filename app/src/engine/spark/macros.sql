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

-- An airport as a point of the unit sphere.
create or replace temporary function airport_point(ident string, x double, y double, z double)
  returns struct<ident: string, x: double, y: double, z: double> return named_struct('ident', ident, 'x', x, 'y', y, 'z', z);

-- The squared chord between an airport and a point of the unit sphere.
create or replace temporary function squared_chord(airport struct<ident: string, x: double, y: double, z: double>, x double, y double, z double)
  returns double return (x - airport.x) * (x - airport.x) + (y - airport.y) * (y - airport.y) + (z - airport.z) * (z - airport.z);

-- The squared chords between a point and each of at most 20 airports. Written out, since a lambda would be interpreted.
create or replace temporary function squared_chords(
  airports array<struct<ident: string, x: double, y: double, z: double>>, x double, y double, z double
) returns array<double> return array(
  squared_chord(get(airports, 0), x, y, z), squared_chord(get(airports, 1), x, y, z),
  squared_chord(get(airports, 2), x, y, z), squared_chord(get(airports, 3), x, y, z),
  squared_chord(get(airports, 4), x, y, z), squared_chord(get(airports, 5), x, y, z),
  squared_chord(get(airports, 6), x, y, z), squared_chord(get(airports, 7), x, y, z),
  squared_chord(get(airports, 8), x, y, z), squared_chord(get(airports, 9), x, y, z),
  squared_chord(get(airports, 10), x, y, z), squared_chord(get(airports, 11), x, y, z),
  squared_chord(get(airports, 12), x, y, z), squared_chord(get(airports, 13), x, y, z),
  squared_chord(get(airports, 14), x, y, z), squared_chord(get(airports, 15), x, y, z),
  squared_chord(get(airports, 16), x, y, z), squared_chord(get(airports, 17), x, y, z),
  squared_chord(get(airports, 18), x, y, z), squared_chord(get(airports, 19), x, y, z)
);

-- The smallest of a list of numbers.
create or replace temporary function smallest(numbers array<double>) returns double return array_min(numbers);

-- The airport whose chord this is, the first one of several.
create or replace temporary function airport_at(
  airports array<struct<ident: string, x: double, y: double, z: double>>, chords array<double>, chord double
) returns string return get(airports, cast(array_position(chords, chord) as int) - 1).ident;

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
