import type { Engine, Relation } from '../../engine/engine.ts';
import { dataFiles, type Lake } from '../../lake/lake.ts';
import { QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import type { TableDefinition } from '../../lake/table.ts';
import type { ArchiveCounts } from './registry.ts';

/** Rows of one kind. */
export interface StagedKinds {
  /** Well-formed rows. */
  readonly good: number;
  /** Of these, rows of the other kind than the lake's. */
  readonly other: number;
}

/** How many staged rows are real positions in a simulated lake, or the reverse. */
export async function stagedKinds(
  engine: Engine,
  staged: Relation,
  simulated: boolean,
): Promise<StagedKinds> {
  const [row] = await engine.rows({
    sql: `select count(*) as good, coalesce(sum(case when (coalesce(feed, '') = 'simulator') <> :simulated then 1 else 0 end), 0) as other
from staged where malformed is null`,
    relations: { staged },
    parameters: { simulated },
  });
  return { good: Number(row?.['good'] ?? 0), other: Number(row?.['other'] ?? 0) };
}

/** Where the rows of archives are now, by the number of the archive: in Silver, or in quarantine by reason. */
export async function rowsInTables(
  lake: Lake,
  engine: Engine,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, Omit<ArchiveCounts, 'rows'>>> {
  const [min, max] = [Math.min(...partitions), Math.max(...partitions)];
  const rowsOf = async (definition: TableDefinition): Promise<Relation> => {
    const snapshot = (await (await lake.table(definition))?.snapshot()) ?? null;
    return dataFiles(definition, snapshot, {
      files: snapshot?.files([{ column: 'topic_partition', min, max }]) ?? [],
    });
  };
  const found = await engine.rows({
    sql: `select topic_partition, '' as reason, count(*) as row_count from silver
where topic_partition between :min and :max group by topic_partition
union all
select topic_partition, reason, count(*) as row_count from quarantine
where topic_partition between :min and :max group by topic_partition, reason`,
    relations: { silver: await rowsOf(SILVER_FLIGHTS), quarantine: await rowsOf(QUARANTINE_FLIGHTS) },
    parameters: { min, max },
  });
  return new Map(
    partitions.map((partition) => {
      const own = found.filter((row) => row['topic_partition'] === partition);
      const of = (reason: unknown): number =>
        Number(own.find((row) => row['reason'] === reason)?.['row_count'] ?? 0);
      const reasons = own.map((row) => row['reason'] as string).filter((reason) => reason !== '');
      return [
        partition,
        { taken: of(''), quarantined: Object.fromEntries(reasons.map((reason) => [reason, of(reason)])) },
      ];
    }),
  );
}
