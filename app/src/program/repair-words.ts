import { lifeOf } from '../flight/topic-life.ts';
import type { Loss } from '../pipeline/batch-record.ts';
import type { Diagnosis } from '../pipeline/repair/examine.ts';
import { rowsIn } from '../pipeline/plan.ts';
import { REPAIR } from '../topic/next-steps.ts';
import { count } from './terminal/say.ts';

/** What is wrong, a line for each problem. */
export const problemWords = ({ problems }: Diagnosis): readonly string[] =>
  problems.map(({ message }) => `wrong: ${message.replaceAll(REPAIR, '').replaceAll(/ {2,}/g, ' ').trim()}`);

/** What a repair does, a line for each step. */
export function stepWords({ record, missing, again }: Diagnosis): readonly string[] {
  if (record === null) return [];
  const [first] = record.ranges;
  const life = lifeOf(first?.partition ?? 0);
  const isNew = record.losses?.some(({ to }) => to === null) === true;
  const places = record.ranges.map(({ partition, start }) => `partition ${partition} at offset ${start}`);
  return [
    ...missing.map(({ name }) => `make ${name} again, without rows`),
    ...(again.length === 0
      ? []
      : [
          `read ${count(rowsIn(again))} messages again, whose rows may be lost and which the topic still holds`,
        ]),
    isNew
      ? `go on with the topic ${record.topic} as it is now, from its first message on; this is its life ${life}, so the tables number its partitions from ${count(first?.partition ?? 0)} on`
      : `go on behind what the tables have: ${places.join(', ')}`,
    ...(record.losses ?? []).map(lossWords),
  ];
}

function lossWords({ partition, from, to, messages, reason }: Loss): string {
  const what =
    to === null
      ? `what partition ${partition} held from offset ${from} on, if anything`
      : `${count(Number(messages))} messages of partition ${partition} between offsets ${from} and ${to}`;
  return `note in quarantine.gaps as ${reason}: ${what}`;
}
