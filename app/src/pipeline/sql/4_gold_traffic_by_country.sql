-- Table:  gold/traffic_by_country
-- Grain:  one row per window of event time and origin_country, for the windows that the batch touched.
-- Key:    (window_start, origin_country)
-- Reads:  flights (all rows of the touched windows at least), touched
-- Units:  km/h, metres. Sums are exact, so that an average does not depend on the order of the rows.
select
  timestamp_from_seconds(flights.window_seconds) as window_start,
  timestamp_from_seconds(flights.window_seconds + :window_seconds) as window_end,
  coalesce(flights.origin_country, 'Unknown') as origin_country,
  count(distinct flights.icao24) as flight_count,
  count(*) as record_count,
  (cast(coalesce(sum(exact_part(velocity_kmh)), 0) as double) + coalesce(sum(wild_part(velocity_kmh)), 0e0))
  / nullif(count(velocity_kmh), 0) as avg_velocity_kmh,
  (cast(coalesce(sum(exact_part(altitude_m)), 0) as double) + coalesce(sum(wild_part(altitude_m)), 0e0))
  / nullif(count(altitude_m), 0) as avg_altitude_m
from flights
where flights.window_seconds in (select window_seconds from touched)
group by flights.window_seconds, coalesce(flights.origin_country, 'Unknown')
