-- Other bodies for macros of macros.sql, for batches so small that planning a query takes longer than running it. They
-- give the same answers.

create or replace temporary function squared_chords(
  airports array<struct<ident: string, elevation_m: double, x: double, y: double, z: double>>, x double, y double, z double
) returns array<double> return transform(airports, airport ->
  (x - airport.x) * (x - airport.x) + (y - airport.y) * (y - airport.y) + (z - airport.z) * (z - airport.z));
