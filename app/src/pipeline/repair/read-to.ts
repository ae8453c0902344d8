/** Up to which offset a lake has read its topic, as its tables say it: for a lake whose records are lost or wrong. */
import type { Engine } from '../../engine/engine.ts';
import { lifeOf } from '../../flight/topic-life.ts';
import { BRONZE_FLIGHTS, FIRST_ARCHIVE_PARTITION } from '../../lake/bronze-flights.ts';
import { dataFiles, type Lake } from '../../lake/lake.ts';
import { QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import type { TableDefinition } from '../../lake/table.ts';
import { BATCH_TABLES } from '../../lake/tables.ts';
import { newestBatches, offsetsOf } from '../batch-order.ts';
import { appIdOf } from '../batch-tables.ts';

/** Offsets by the partition's number in the tables. */
export type Offsets = ReadonlyMap<number, bigint>;

/** What a lake has read, and where its newest batch began. */
export interface ReadTo {
  readonly next: Offsets;
  readonly newestFrom: Offsets;
}

/**
 * The commits of the newest batches say it. If no log has that of the newest one any more, the rows say it too:
 * everything before the newest row of a partition was read.
 */
export async function readTo(lake: Lake, engine: Engine, topic: string): Promise<ReadTo> {
  const [next, newestFrom] = [new Map<number, bigint>(), new Map<number, bigint>()];
  const take = (partition: number, from: bigint, to: bigint): void => {
    if (to < (next.get(partition) ?? 0n)) return;
    next.set(partition, to);
    newestFrom.set(partition, from);
  };
  const newest = await newestBatches(lake, topic);
  const newestOfAll = Math.max(0, ...Object.values(newest));
  let isSaid = false;
  for (const definition of BATCH_TABLES) {
    const [table, batchId] = [await lake.table(definition), newest[definition.name]];
    if (table === null || batchId === undefined) continue;
    const offsets = await offsetsOf(table, appIdOf(topic), batchId);
    isSaid ||= offsets !== null && batchId === newestOfAll;
    for (const [partition, end] of Object.entries(offsets?.ends ?? {}))
      take(Number(partition), BigInt(offsets?.starts[partition] ?? end), BigInt(end));
  }
  if (!isSaid) for (const { partition, from, to } of await extents(lake, engine)) take(partition, from, to);
  return { next: ofNewestLife(next), newestFrom: ofNewestLife(newestFrom) };
}

/** The end offsets of the newest batch of one table; empty if nothing says them. */
export async function endsOfTable(lake: Lake, definition: TableDefinition, topic: string): Promise<Offsets> {
  const [table, batchId] = [
    await lake.table(definition),
    (await newestBatches(lake, topic))[definition.name],
  ];
  if (table === null || batchId === undefined) return new Map();
  const ends = (await offsetsOf(table, appIdOf(topic), batchId))?.ends ?? {};
  return new Map(Object.entries(ends).map(([partition, end]) => [Number(partition), BigInt(end)]));
}

/** The offsets of a partition's rows: from the first to after the last. */
export interface Extent {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** The offsets of all rows in the lake that came from a topic, of all lives. */
export async function extents(lake: Lake, engine: Engine): Promise<readonly Extent[]> {
  const rows = await engine.rows({
    sql: `select topic_partition, min(topic_offset) as first, max(topic_offset) + 1 as next from (
        select topic_partition, topic_offset from bronze
        union all select topic_partition, topic_offset from quarantine
        union all select topic_partition, topic_offset from silver
      ) as held where topic_partition < ${FIRST_ARCHIVE_PARTITION} group by topic_partition`,
    relations: {
      bronze: await rowsOf(lake, BRONZE_FLIGHTS),
      quarantine: await rowsOf(lake, QUARANTINE_FLIGHTS),
      silver: await rowsOf(lake, SILVER_FLIGHTS),
    },
  });
  return rows.map((row) => ({
    partition: Number(row['topic_partition']),
    from: BigInt(row['first'] as bigint),
    to: BigInt(row['next'] as bigint),
  }));
}

/** The rows of a table; none if it is gone. */
export const rowsOf = async (lake: Lake, definition: TableDefinition, columns?: readonly string[]) =>
  dataFiles(
    definition,
    (await (await lake.table(definition))?.snapshot()) ?? null,
    columns === undefined ? {} : { columns },
  );

function ofNewestLife(offsets: Offsets): Offsets {
  const newest = Math.max(...[...offsets.keys()].map(lifeOf));
  return new Map([...offsets].filter(([partition]) => lifeOf(partition) === newest));
}
