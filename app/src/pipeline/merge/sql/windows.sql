-- Grain:  one row per window of event time with rows in it, of the windows from `first` to before `end`.
-- Key:    window_seconds
-- Reads:  times (time_position of rows)
select time_position - time_position % :window_seconds as window_seconds, count(*) as row_count
from times
where time_position >= :first and time_position < :end
group by time_position - time_position % :window_seconds
