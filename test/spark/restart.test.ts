import { openSession } from '@contrail/spark-connect';
import { describe, expect, it } from 'vitest';
import { startTestSpark } from './server.ts';
import { HAS_SPARK } from './shared.ts';

describe.skipIf(!HAS_SPARK)('a server that wants a token, and dies', () => {
  it('serves who knows the token, and is noticed when it was restarted', async () => {
    await using spark = await startTestSpark({ token: 'let me in' });
    const { address } = spark.cluster;
    await using session = await openSession(address, { retry: { maxRetries: 20, maxBackoffMs: 5000 } });
    await session.rows({ n: 'long' }, [{ n: 1n }]).createTempView('kept');
    expect(await session.table('kept').collect()).toEqual([{ n: 1n }]);

    const bare = address.replace(/\/;.*/, '');
    for (const wrong of [bare, `${bare}/;token=let%20me%20out`])
      await expect(openSession(wrong)).rejects.toMatchObject({ kind: 'invalid', code: 'access-denied' });

    await spark.restart();
    const lost = { kind: 'session-lost', code: 'session-changed' };
    await expect(session.table('kept').collect()).rejects.toMatchObject(lost);
    await expect(session.config.get('spark.sql.shuffle.partitions')).rejects.toMatchObject(lost);
    await using next = await openSession(address);
    expect(await next.sql('SELECT 1 AS n').collect()).toEqual([{ n: 1 }]);
  });
});
