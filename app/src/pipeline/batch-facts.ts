import type { Engine, Relation } from '../engine/engine.ts';
import { ContrailError } from '../errors.ts';

const FACTS = `select
  reason,
  count(*) as row_count,
  count(*) filter (where feed = 'simulator') as simulated,
  count(*) filter (where malformed is null and feed is distinct from 'simulator') as real,
  cast(max(seconds_from_timestamp(ingested_at)) * 1000 as bigint) as ingested_at_max_ms
from batch
group by reason`;

/** What a batch holds, before any of it is judged against the past. */
export interface BatchFacts {
  readonly rows: number;
  readonly validRows: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Null when no message says; a batch that holds both kinds is refused. */
  readonly simulated: boolean | null;
  readonly ingestedAtMaxMs: number | null;
}

/**
 * Counts the messages of a batch.
 * @throws ContrailError `invalid` / `lake-kind-differs` when simulated and real positions lie side by side
 */
export async function factsOf(engine: Engine, batch: Relation): Promise<BatchFacts> {
  const rows = await engine.rows({ sql: FACTS, relations: { batch } });
  const sum = (name: string): number => rows.reduce((total, row) => total + Number(row[name] ?? 0), 0);
  const simulated = sum('simulated');
  const real = sum('real');
  if (simulated > 0 && real > 0) {
    throw new ContrailError(
      'invalid',
      'lake-kind-differs',
      `The topic holds ${simulated} simulated and ${real} real positions side by side. A lake holds one kind: send them to topics of their own, with --data DIR or --topic-name.`,
    );
  }
  const reasons = rows.filter((row) => row['reason'] !== null);
  return {
    rows: sum('row_count'),
    validRows: rows
      .filter((row) => row['reason'] === null)
      .reduce((total, row) => total + Number(row['row_count']), 0),
    reasons: Object.fromEntries(reasons.map((row) => [String(row['reason']), Number(row['row_count'])])),
    simulated: simulated > 0 ? true : real > 0 ? false : null,
    ingestedAtMaxMs:
      rows.length === 0 ? null : Math.max(...rows.map((row) => Number(row['ingested_at_max_ms']))),
  };
}
