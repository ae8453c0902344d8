-- Grain: one row per (step, origin_country) of the windows that begin in [:from, :to) and have begun by :now, oldest step first. A
-- step is :step seconds, a multiple of a window: its flight_count is that of its busiest window, since an aircraft is in
-- many windows; its averages weigh windows by their rows.
-- Reads: traffic (files of gold.traffic_by_country, pruned to the range). Units: microseconds, km/h, metres.
with stepped as (
  select
    *,
    cast(floor(seconds_from_timestamp(window_start) / :step) * :step as bigint) as step_start
  from traffic
  where
    seconds_from_timestamp(window_start) >= :from
    and seconds_from_timestamp(window_start) < :to
    and seconds_from_timestamp(window_start) <= :now
)

select
  step_start * 1000000 as window_start,
  (step_start + :step) * 1000000 as window_end,
  origin_country,
  max(flight_count) as flight_count,
  cast(sum(record_count) as bigint) as record_count,
  sum(avg_velocity_kmh * record_count) / sum(case when avg_velocity_kmh is not null then record_count end)
    as avg_velocity_kmh,
  sum(avg_altitude_m * record_count) / sum(case when avg_altitude_m is not null then record_count end)
    as avg_altitude_m
from stepped
group by
  step_start,
  origin_country
order by
  step_start,
  flight_count desc,
  origin_country
