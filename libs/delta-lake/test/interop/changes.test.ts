import { describe, expect } from 'vitest';
import { canonicalRow, type DeltaTable, openTable, type StructType, struct } from '../../src/index.ts';
import { temporaryFolder } from '../tables.ts';
import { isInstalled, test } from './fixtures.ts';
import { type Peer, PEER_NAMES } from './peers/peer.ts';
import { rowSet } from './random-rows.ts';
import { changed, parted, row } from './scenarios/writes.ts';

const FEED = { 'delta.enableChangeDataFeed': 'true' };

async function ourChanges(table: DeltaTable): Promise<string[]> {
  const { fields } = table.cached().schema;
  const extra = struct({ _change_type: 'string', _commit_version: 'long' });
  const schema: StructType = { type: 'struct', fields: [...fields, ...extra.fields] };
  const texts: string[] = [];
  for await (const rows of table.changesBetween(0))
    for (const one of rows) texts.push(canonicalRow(schema, one));
  return texts.sort();
}

async function theirChanges(peer: Peer, path: string, last: number): Promise<string[]> {
  return (await peer.call('changes', { path, first: 0, last })).toSorted();
}

describe.each(PEER_NAMES)('the change data feed, with %s', (name) => {
  test.skipIf(!isInstalled(name))('of our operations, read there', async ({ peers }) => {
    const peer = await peers.open(name);
    const path = temporaryFolder();
    const table = await changed(await parted(path, FEED));
    await table.optimize();
    const ours = await ourChanges(table);
    expect(ours.length).toBeGreaterThan(60);
    expect(await theirChanges(peer, path, table.cached().version)).toEqual(ours);
  });

  test.skipIf(!isInstalled(name))('of its operations, read here', async ({ peers }) => {
    const peer = await peers.open(name);
    const path = temporaryFolder();
    const { schema } = (await parted(path, FEED)).cached();
    await peer.call('delete', { path, predicate: 'id between 3 and 5' });
    await peer.call('update', { path, assignments: { name: "'updated'" }, predicate: "name = 'name 7'" });
    const source = rowSet(schema, [row(1, 'a', 'merged'), row(100, 'd', 'inserted')]);
    await peer.call('merge', { path, ...source, key: ['id'] });
    await peer.call('overwrite', { path, ...rowSet(schema, [row(200, 'b', 'x')]), predicate: "part = 'b'" });
    await peer.call('optimize', { path });
    const table = await openTable(path);
    const ours = await ourChanges(table);
    expect(ours.length).toBeGreaterThan(40);
    expect(await theirChanges(peer, path, table.cached().version)).toEqual(ours);
  });
});
