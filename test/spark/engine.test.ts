import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
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
});
