-- Grain:  one row that the quarantine has and should not have: the rules of today let it through, or refuse it for
--         another reason.
-- Key:    (topic_partition, topic_offset), with the number of its file
-- Reads:  quarantine (with file_number), batch (the rows of the slice), refused (those that do not reach Silver)
-- Kept as released.
select quarantine.topic_partition, quarantine.topic_offset, quarantine.reason, quarantine.file_number
from quarantine
where exists (
    select 1
    from batch
    where batch.topic_partition = quarantine.topic_partition
      and batch.topic_offset = quarantine.topic_offset
  )
  and not exists (
    select 1
    from refused
    where refused.topic_partition = quarantine.topic_partition
      and refused.topic_offset = quarantine.topic_offset
      and refused.reason = quarantine.reason
  )
