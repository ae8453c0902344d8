import { memoryStore } from '@contrail/delta-lake';
import { expect, it } from 'vitest';
import { BRONZE_FLIGHTS } from '../../src/lake/bronze-flights.ts';
import { Lake } from '../../src/lake/lake.ts';

it.each([
  ['memory:', '--data DIR'],
  ['s3://bucket', 'BUCKET_NAME'],
])('a lake at %s sends positions of the other kind to another lake by %s', async (url, setting) => {
  const lake = new Lake({ ...memoryStore(), url, at: () => memoryStore() }, () => 1);
  await lake.create(BRONZE_FLIGHTS, true);
  await lake.create(BRONZE_FLIGHTS, true);
  await expect(lake.create(BRONZE_FLIGHTS, false)).rejects.toMatchObject({
    kind: 'invalid',
    code: 'lake-kind-differs',
    message: expect.stringMatching(
      new RegExp(`^The lake at ${url}.* holds simulated positions and does not accept real ones.*${setting}`),
    ) as string,
  });
});
