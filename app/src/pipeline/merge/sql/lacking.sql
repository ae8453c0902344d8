-- Grain:  one row that the quarantine should have and does not have.
-- Key:    (topic_partition, topic_offset)
-- Reads:  refused (the rows of the slice that do not reach Silver), quarantine (the files that may have them)
select
  reason, detail, payload, payload_bytes, icao24, ingested_at, topic_partition, topic_offset, ingest_date
from refused
where not exists (
  select 1
  from quarantine
  where quarantine.topic_partition = refused.topic_partition
    and quarantine.topic_offset = refused.topic_offset
    and quarantine.reason = refused.reason
)
