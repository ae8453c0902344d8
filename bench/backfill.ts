import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackfillResult } from './backfill-steps.ts';
import { machine, runStep, say } from './child.ts';

/** Arguments of the steps. */
export interface BackfillOptions {
  readonly rows: number;
  /** A recorded answer of /states/all. */
  readonly recording: string;
}

/**
 * Measures an hour of OpenSky's archive (CSV), made from a recorded answer, on its way into an empty lake: rows a second
 * into Bronze, and to the end in all tables. Then the same file again under another name, and a copy with one row more,
 * whose rows are all duplicates but that one.
 */
export async function backfill(options: BackfillOptions): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  const archive = join(folder, 'hour.csv');
  try {
    say(`backfill: an hour of ${options.rows} rows …`);
    await runStep('make', { archive, ...options }, 'backfill-steps.ts');
    const run = (path: string): Promise<BackfillResult> =>
      runStep<BackfillResult>('backfill', { folder, archive: path }, 'backfill-steps.ts');
    say('backfill: into an empty lake …');
    const first = await run(archive);
    say('backfill: the same archive under another name …');
    await runStep('copy', { archive, copy: join(folder, 'same.csv'), more: 0 }, 'backfill-steps.ts');
    const again = await run(join(folder, 'same.csv'));
    say('backfill: an archive with one row more …');
    await runStep('copy', { archive, copy: join(folder, 'grown.csv'), more: 1 }, 'backfill-steps.ts');
    const grown = await run(join(folder, 'grown.csv'));
    return {
      case: 'backfill',
      rows: options.rows,
      archive_mb: Math.round((await stat(archive)).size / 1e6),
      first: rates(first),
      again: { wall_s: again.cost.wall_s, taken: again.taken, duplicates: again.duplicates },
      grown: rates(grown),
      machine: machine(),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rates(result: BackfillResult): Readonly<Record<string, unknown>> {
  const { rows, cost, staging_s, bronze_s } = result;
  const perSecond = (seconds: number): number => Math.round(rows / seconds);
  return {
    ...result,
    staged_rows_per_s: perSecond(staging_s),
    bronze_rows_per_s: perSecond(staging_s + bronze_s),
    rows_per_s: perSecond(cost.wall_s),
  };
}
