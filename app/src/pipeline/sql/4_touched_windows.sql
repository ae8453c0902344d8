-- Grain:  one row per window of event time that new rows fall into.
-- Key:    window_seconds
-- Reads:  fresh (new rows of Silver_ML)
-- What the new rows of a batch amount to: how many, in which windows, and the newest event time of each.
select
  time_position - time_position % :window_seconds as window_seconds,
  count(*) as row_count,
  max(time_position) as newest
from fresh
group by time_position - time_position % :window_seconds
