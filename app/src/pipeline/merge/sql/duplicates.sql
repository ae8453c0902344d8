-- Grain:  one row per message of the slice that passed the checks of a single row and whose Silver key another one has.
-- Key:    (topic_partition, topic_offset)
-- Reads:  batch, silver (the present rows of Silver, of files with rows of the slice)
-- Of several rows with one key the one that is in Silver now stays, else the first in topic order.
-- Kept as duplicates, in place of 2_duplicates.sql.
with candidates as (
  select lower(icao24) as icao24, time_position, last_contact, topic_partition, topic_offset
  from batch
  where reason is null
),
repeated as (
  select icao24, time_position, last_contact
  from candidates
  group by icao24, time_position, last_contact
  having count(*) > 1
),
present as (
  select topic_partition, topic_offset, true as is_present
  from silver
  where time_position >= :start and time_position < :end
),
ordered as (
  select
    candidates.topic_partition,
    candidates.topic_offset,
    row_number() over (
      partition by candidates.icao24, candidates.time_position, candidates.last_contact
      order by coalesce(present.is_present, false) desc, candidates.topic_partition, candidates.topic_offset
    ) as occurrence
  from candidates
  join repeated on repeated.icao24 = candidates.icao24
    and repeated.time_position = candidates.time_position
    and repeated.last_contact is not distinct from candidates.last_contact
  left join present on present.topic_partition = candidates.topic_partition
    and present.topic_offset = candidates.topic_offset
)
select topic_partition, topic_offset from ordered where occurrence > 1
