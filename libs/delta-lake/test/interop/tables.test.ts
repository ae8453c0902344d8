import { describe, expect } from 'vitest';
import { openTable } from '../../src/index.ts';
import { temporaryFolder } from '../tables.ts';
import { expectAgreement } from './agreement.ts';
import { isInstalled, test } from './fixtures.ts';
import { appendRows } from './our-writes.ts';
import { PEER_NAMES, type PeerName } from './peers/peer.ts';
import { randomRows, rowSet } from './random-rows.ts';
import { isWrittenRightly } from './known-defects.ts';
import { type Scenario, SCENARIOS } from './scenarios.ts';

const readable = (name: PeerName): readonly Scenario[] =>
  SCENARIOS.filter(({ unreadableBy }) => !unreadableBy?.[name]);

describe.each(PEER_NAMES)('%s and our tables', (name) => {
  test.skipIf(!isInstalled(name)).for(readable(name))('$name', async (scenario, { peers }) => {
    const peer = await peers.open(name);
    const path = temporaryFolder();
    const table = await scenario.build(path);
    await expectAgreement(peer, path);

    const { schema } = table.cached();
    const rows = randomRows(schema, 40, 101).filter((row) => isWrittenRightly(name, table.cached(), row));
    const refusal = scenario.unwritableBy?.[name];
    if (refusal)
      return expect(peer.call('append', { path, ...rowSet(schema, rows) })).rejects.toThrow(refusal);
    const before = table.cached().version;
    await peer.call('append', { path, ...rowSet(schema, rows.slice(0, 15)) });
    await peer.call('checkpoint', { path });
    await peer.call('append', { path, ...rowSet(schema, rows.slice(15)) });
    await peer.call('optimize', { path });
    await expectAgreement(peer, path, before);

    // Ours again: an object that has seen nothing of this, and one that is opened now.
    await appendRows(table, randomRows(schema, 20, 103));
    await appendRows(await openTable(path), randomRows(schema, 20, 104));
    await table.settled();
    await expectAgreement(peer, path, before);
  });
});
