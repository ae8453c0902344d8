-- Grain:  one row of the quarantine, of files with released rows, that stays there.
-- Key:    (topic_partition, topic_offset)
-- Reads:  old (the rows of these files), released
select *
from old
where not exists (
  select 1
  from released
  where released.topic_partition = old.topic_partition
    and released.topic_offset = old.topic_offset
    and released.reason = old.reason
)
