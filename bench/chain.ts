import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cost, machine, round, runStep, say } from './child.ts';

/** The result of the step `chain`. */
export interface ChainResult {
  readonly rows: number;
  readonly batches: number;
  readonly silver_rows: number;
  readonly cost: Cost;
  readonly ms_by_table: Readonly<Record<string, number>>;
}

/** Arguments of the steps. */
export interface ChainOptions {
  readonly rows: number;
  readonly batchRows: number;
  readonly threads: number;
}

/**
 * Measures the way from a filled topic to all committed tables, once. The same run measures a lower bound: DuckDB reads
 * the same messages as NDJSON and writes them as one Parquet file, the least that any chain over DuckDB must do.
 */
export async function chain(options: ChainOptions): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  try {
    say(`chain: simulating ${options.rows} messages …`);
    await runStep('fill', { folder, ...options });
    say('chain: the lower bound, NDJSON to Parquet …');
    const floor = await runStep<Cost>('floor', { folder, ...options });
    say(`chain: topic to tables, ${options.batchRows} messages a micro-batch …`);
    const result = await runStep<ChainResult>('chain', { folder, ...options });
    const { cost } = result;
    return {
      case: 'chain',
      rows: result.rows,
      batch_rows: options.batchRows,
      threads: options.threads,
      batches: result.batches,
      silver_rows: result.silver_rows,
      ...cost,
      rows_per_s: Math.round(result.rows / cost.wall_s),
      rows_per_cpu_s: Math.round(result.rows / cost.cpu_s),
      ms_by_table: result.ms_by_table,
      floor: { ...floor, rows_per_cpu_s: Math.round(result.rows / floor.cpu_s) },
      cpu_times_floor: round(cost.cpu_s / floor.cpu_s, 2),
      wall_times_floor: round(cost.wall_s / floor.wall_s, 2),
      machine: machine(),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
