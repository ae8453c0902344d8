-- Table:  gold/traffic_by_country
-- Grain:  one row per window of event time and origin_country, for the windows that the batch touched.
-- Key:    (window_start, origin_country)
-- Reads:  flights (all of the touched windows at least), touched
-- Units:  km/h, metres
select
  timestamp_from_seconds(flights.window_seconds) as window_start,
  timestamp_from_seconds(flights.window_seconds + :window_seconds) as window_end,
  coalesce(flights.origin_country, 'Unknown') as origin_country,
  count(distinct flights.icao24) as flight_count,
  cast(sum(record_count) as bigint) as record_count,
  exact_mean(sum(velocity_exact), sum(velocity_wild), sum(velocity_count)) as avg_velocity_kmh,
  exact_mean(sum(altitude_exact), sum(altitude_wild), sum(altitude_count)) as avg_altitude_m
from flights
where flights.window_seconds in (select window_seconds from touched)
group by flights.window_seconds, coalesce(flights.origin_country, 'Unknown')
