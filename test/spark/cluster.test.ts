import { openSession } from '@contrail/spark-connect';
import { describe, expect, it } from 'vitest';
import { startTestSpark } from './server.ts';
import { HAS_SPARK } from './shared.ts';

describe.skipIf(!HAS_SPARK)('a master with two workers', () => {
  it('computes, goes on when a worker dies, and leaves nothing behind', async () => {
    const spark = await startTestSpark({ workers: 2, driverMegabytes: 768, executorMegabytes: 768 });
    const { cluster } = spark;
    const processes = [cluster.connectServer, cluster.master, ...cluster.workers];
    try {
      await using session = await openSession(cluster.address, { applicationPage: cluster.applicationPage });
      const query = session.sql('SELECT count(DISTINCT id % 1000) AS n FROM range(0, 1000000, 1, 4)');
      expect(await query.collect()).toEqual([{ n: 1000n }]);
      expect(processes.every((one) => one?.isRunning)).toBe(true);
      for (const page of [cluster.applicationPage, cluster.masterPage ?? ''])
        expect((await fetch(page)).status).toBe(200);

      await cluster.workers[0]?.kill();
      expect(await query.collect()).toEqual([{ n: 1000n }]);
    } finally {
      await spark[Symbol.asyncDispose]();
    }
    expect(processes.filter((one) => one?.isRunning)).toEqual([]);
    await expect(fetch(cluster.applicationPage)).rejects.toThrow();
  });
});
