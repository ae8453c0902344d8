import { describe, expect } from 'vitest';
import { createTable, openTable, struct } from '../../src/index.ts';
import { temporaryFolder } from '../tables.ts';
import { canonicalRows } from './agreement.ts';
import { isInstalled, test } from './fixtures.ts';
import { rowSet } from './random-rows.ts';

// What delta-rs does otherwise than the protocol says. A test that fails here is good news: the rows that
// `known-defects.ts` keeps from it can be written again.
describe.skipIf(!isInstalled('delta-rs'))('delta-rs 1.6.6', () => {
  test('keeps an empty string in a partition column apart from null', async ({ peers }) => {
    const peer = await peers.open('delta-rs');
    const path = temporaryFolder();
    const schema = struct({ id: 'long', part: 'string' });
    await createTable(path, { schema, partitionColumns: ['part'] });
    await peer.call('append', { path, ...rowSet(schema, [{ id: 1n, part: '' }]) });
    expect(await peer.call('rows', { path })).toEqual(['[1,""]']);
    expect(await canonicalRows((await openTable(path)).cached())).toEqual(['[1,null]']);
  });

  test('writes a negative decimal of a partition column so that nobody can read it', async ({ peers }) => {
    const peer = await peers.open('delta-rs');
    const path = temporaryFolder();
    const schema = struct({ id: 'long', part: 'decimal(5,2)' });
    await createTable(path, { schema, partitionColumns: ['part'] });
    const append = peer.call('append', { path, ...rowSet(schema, [{ id: 1n, part: '-552.28' }]) });
    await expect(append).rejects.toThrow("Failed to parse value '-552.-28'");
  });
});
