/** Reads messages again whose rows are lost, as long as the topic still has them. */
import type { Engine, Relation, Select } from '../../engine/engine.ts';
import { BRONZE_FLIGHTS } from '../../lake/bronze-flights.ts';
import type { Lake } from '../../lake/lake.ts';
import { NOT_IN_BRONZE, QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import type { TableDefinition } from '../../lake/table.ts';
import { LivedTopic } from '../../topic/lived-topic.ts';
import type { OffsetRange, Topic } from '../../topic/topic.ts';
import { type BatchRecord, lifeOfRecord, readableRanges } from '../batch-record.ts';
import { BATCH, BRONZE_SELECT, batchSelect, QUARANTINE_SELECT } from '../batch-selects.ts';
import { gapsOf } from '../gaps.ts';
import { planBatch, rowsIn } from '../plan.ts';
import { commitRepair } from './commit-repair.ts';
import { type Extent, rowsOf } from './read-to.ts';

/** Messages that are read at once. */
const PART = 100_000;

/** Stretches that the lake has read, by whether the topic still holds them. */
export interface Split {
  /** What the topic has dropped. */
  readonly gone: readonly Extent[];
  readonly held: readonly OffsetRange[];
}

/** Splits stretches at the oldest message that the topic holds. */
export function splitAtKept(stretches: readonly Extent[], offsets: readonly OffsetRange[]): Split {
  const [gone, held]: [Extent[], OffsetRange[]] = [[], []];
  for (const { partition, from, to } of stretches) {
    const kept = offsets.find((range) => range.partition === partition);
    const first = kept === undefined || kept.start > to ? to : kept.start > from ? kept.start : from;
    if (from < first) gone.push({ partition, from, to: first });
    if (first < to) held.push({ partition, start: first, end: to });
  }
  return { gone, held };
}

/**
 * Gives Bronze, and the quarantine of what Bronze never has, the rows of these messages that they lack. Doing it again
 * adds nothing.
 */
export async function readAgain(
  {
    lake,
    topic: found,
    engine,
    clock,
  }: { readonly lake: Lake; readonly topic: Topic; readonly engine: Engine; readonly clock: () => number },
  ranges: readonly OffsetRange[],
): Promise<void> {
  const simulated = (await lake.simulated()) ?? false;
  const topic = new LivedTopic(found);
  topic.life = lifeOfRecord({ ranges });
  let pending = ranges;
  while (rowsIn(pending) > 0) {
    const part = planBatch(pending, PART);
    const gaps = gapsOf(await topic.gaps(part), 0);
    const record: BatchRecord = {
      batch_id: 0,
      topic: topic.name,
      recorded_at_ms: clock(),
      ranges: part,
      gaps,
    };
    if (rowsIn(readableRanges(record)) > 0) {
      await engine.keep(BATCH.name, batchSelect(record, topic, simulated));
      await add(lake, engine, BRONZE_FLIGHTS, BRONZE_SELECT);
      await add(lake, engine, QUARANTINE_FLIGHTS, REFUSED_SELECT);
      await engine.forget(BATCH.name);
    }
    pending = pending.map((range, index) => ({ ...range, start: part[index]?.end ?? range.end }));
  }
}

const NO_DUPLICATES: Relation = {
  kind: 'rows',
  columns: [
    { name: 'topic_partition', type: 'integer' },
    { name: 'topic_offset', type: 'long' },
  ],
  rows: [],
};

/** Rows of the quarantine that Bronze never has. */
const REFUSED_SELECT: Select = {
  sql: `select * from refused where reason in (${NOT_IN_BRONZE.map((reason) => `'${reason}'`).join(', ')})`,
  relations: {
    refused: {
      kind: 'select',
      select: { ...QUARANTINE_SELECT, relations: { batch: BATCH, duplicates: NO_DUPLICATES } },
    },
  },
};

async function add(lake: Lake, engine: Engine, definition: TableDefinition, select: Select): Promise<void> {
  const table = await lake.create(definition, await lake.simulated());
  const files = await engine.write(
    {
      sql: `select * from read_again where not exists (select 1 from there where there.topic_partition = read_again.topic_partition
        and there.topic_offset = read_again.topic_offset)`,
      relations: {
        read_again: { kind: 'select', select },
        there: await rowsOf(lake, definition, ['topic_partition', 'topic_offset']),
      },
    },
    {
      folder: lake.folder(definition),
      columns: definition.columns,
      partitionBy: definition.partitionColumns,
    },
  );
  await commitRepair(table, files);
}
