import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { keepsTheContract } from '../../app/test/engine/contract.ts';
import type { JobProgress } from '../../app/src/engine/spark/engine.ts';
import { openSparkEngine } from './engine.ts';
import { HAS_SPARK } from './shared.ts';

describe.skipIf(!HAS_SPARK)('the Spark engine', () => {
  keepsTheContract(async (directory) => openSparkEngine(directory));

  it('reports how far a job has come that takes long', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'contrail-spark-progress-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const reports: JobProgress[] = [];
    await using engine = openSparkEngine(directory, { onProgress: (job) => reports.push(job) });
    await engine.keep('slow', {
      sql: `select id from range(0, 1) where reflect('java.lang.Thread', 'sleep', 5000L) is null or id >= 0`,
      relations: {},
    });
    expect(reports).toContainEqual(expect.objectContaining({ makes: 'slow', tasks: 1 }));
    for (const { tasks, completedTasks } of reports) expect(completedTasks).toBeLessThanOrEqual(tasks);
  });

  it('uses what another has compiled, so that a pipeline that was restarted is as fast as before', async () => {
    const compiledBy = async (): Promise<number> => {
      const directory = mkdtempSync(join(tmpdir(), 'contrail-spark-classes-'));
      onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
      const before = await compiledClasses();
      await using engine = openSparkEngine(directory);
      await engine.rows({
        sql: 'select id % 17 as n, count(*) as c from range(0, 1000, 1, 2) group by 1 order by 1',
        relations: {},
      });
      return (await compiledClasses()) - before;
    };
    const first = await compiledBy();
    expect(first).toBeGreaterThan(0);
    // Planning, which loads classes by session, still compiles; those that compute do not.
    expect(await compiledBy()).toBeLessThan(first);
  });
});

/** How many classes Spark has compiled, as its page tells. Source: Spark, CodegenMetrics. */
async function compiledClasses(): Promise<number> {
  const answer = await fetch(`${inject('spark').applicationPage}/metrics/json/`);
  const { histograms } = (await answer.json()) as { histograms: Record<string, { count: number }> };
  const [found] = Object.entries(histograms).filter(([name]) =>
    name.endsWith('CodeGenerator.compilationTime'),
  );
  return found?.[1].count ?? 0;
}
