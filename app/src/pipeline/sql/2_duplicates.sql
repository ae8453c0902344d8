-- Grain:  one row per message that passed the checks of a single row and repeats a row of Silver.
-- Key:    (topic_partition, topic_offset)
-- Reads:  batch, recent, earlier
-- Kept as duplicates. The Silver key of such a message is in Silver already, or came earlier in topic order in this
-- batch. Only keys that occur more than once are put in order: most occur once.
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
ordered as (
  select
    candidates.topic_partition,
    candidates.topic_offset,
    row_number() over (
      partition by candidates.icao24, candidates.time_position, candidates.last_contact
      order by candidates.topic_partition, candidates.topic_offset
    ) as occurrence
  from candidates
  join repeated on repeated.icao24 = candidates.icao24
    and repeated.time_position = candidates.time_position
    and repeated.last_contact is not distinct from candidates.last_contact
),
known as (
  select icao24, time_position, last_contact from recent
  union all
  select icao24, time_position, last_contact from earlier
)
select topic_partition, topic_offset from ordered where occurrence > 1
union
select candidates.topic_partition, candidates.topic_offset
from candidates
join known on known.icao24 = candidates.icao24
  and known.time_position = candidates.time_position
  and known.last_contact is not distinct from candidates.last_contact
