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

/** Rows that were written for the tables of a batch. */
export interface BatchRows {
  readonly bronze: number;
  readonly quarantine: number;
  readonly silver: number;
  readonly silverMl: number;
}

/**
 * Checks the accounting identity of one batch: each message is in Bronze or malformed, and in Silver or in quarantine;
 * each row of Silver is in Silver_ML. So whatever an engine loses or doubles is noticed before it is committed.
 * @throws ContrailError `internal` / `batch-accounts-differ`
 */
export function checkAccounts(batchId: number, facts: BatchFacts, written: BatchRows): void {
  const { bronze, quarantine, silver, silverMl } = written;
  const malformed = facts.reasons['malformed'] ?? 0;
  if (
    bronze === facts.rows - malformed &&
    silver + quarantine === facts.rows &&
    silver <= facts.validRows &&
    silverMl === silver
  )
    return;
  throw new ContrailError(
    'internal',
    'batch-accounts-differ',
    `Micro-batch ${batchId} does not balance: of ${facts.rows} messages (${malformed} malformed, ${facts.validRows} valid) ` +
      `${bronze} rows were written for Bronze, ${quarantine} for quarantine, ${silver} for Silver and ${silverMl} for Silver_ML. ` +
      'None of them was committed.',
    { facts: { batch_id: batchId, rows: facts.rows, malformed, ...written } },
  );
}
