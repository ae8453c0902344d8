-- Grain:  one row of `flights` of a window that begins at `floor` or later.
-- Key:    as in 4_flights.sql
-- Reads:  flights (as it was)
-- Kept as flights when the newest window has moved on: what lies behind is read from the lake if a late row asks for it.
select * from flights where window_seconds >= :floor
