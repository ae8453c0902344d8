-- Grain:  one row of `flights` or `older`, which have the grain of 4_flights.sql.
-- Key:    as in 4_flights.sql
-- Reads:  flights (whole from `floor` on), older (4_flights.sql over rows of the lake, with others around them), touched
-- All that Gold needs of the windows that a batch touched when some of them begin before `floor`.
select * from older where window_seconds < :floor and window_seconds in (select window_seconds from touched)
union all
select * from flights where window_seconds >= :floor
