-- Grain:  one row of a Gold table whose window the batch did not touch.
-- Key:    as in the Gold table
-- Reads:  old (rows of files that hold touched windows and others), touched
-- The rows of the others move to a file of their own when the file is replaced.
select *
from old
where not exists (select 1 from touched where timestamp_from_seconds(touched.window_seconds) = old.window_start)
