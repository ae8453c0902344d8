import { describe, expect } from 'vitest';
import { openTable } from '../../src/index.ts';
import { temporaryFolder } from '../tables.ts';
import { expectAgreement } from './agreement.ts';
import { isInstalled, test } from './fixtures.ts';
import { isWrittenRightly } from './known-defects.ts';
import { type Peer, PEER_NAMES } from './peers/peer.ts';
import { randomRows, rowSet } from './random-rows.ts';
import { FEATURES } from './scenarios/features.ts';
import { MAINTENANCE } from './scenarios/maintenance.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { TYPES } from './scenarios/types.ts';
import { WRITES } from './scenarios/writes.ts';

const SCENARIOS: readonly Scenario[] = [...TYPES, ...WRITES, ...FEATURES, ...MAINTENANCE];

describe.each(PEER_NAMES)('%s and our tables', (name) => {
  test.skipIf(!isInstalled(name)).for(SCENARIOS)('$name', async (scenario, { peers }) => {
    const peer = await peers.open(name);
    const path = temporaryFolder();
    const { table, oldest } = await scenario.build(path);
    const refusal = scenario.unreadableBy?.[name];
    if (refusal) return expect(peer.call('rows', { path })).rejects.toThrow(refusal);
    await expectAgreement(peer, path, oldest);

    const before = table.cached().version;
    await theirTurn(peer, path, scenario);
    await expectAgreement(peer, path, before);

    // Ours again: an object that has seen nothing of this, and one that is opened now.
    const { schema } = table.cached();
    await table.append(randomRows(schema, 20, 103));
    await (await openTable(path)).append(randomRows(schema, 20, 104));
    await table.settled();
    await expectAgreement(peer, path, before);
  });
});

/** Two appends with a checkpoint between them, and a compaction; or the refusals that the scenario foresees. */
async function theirTurn(peer: Peer, path: string, scenario: Scenario): Promise<void> {
  const { schema, partitionColumns } = (await openTable(path)).cached();
  const rows = randomRows(schema, 40, 101).filter((row) =>
    isWrittenRightly(peer.name, { schema, partitionColumns }, row),
  );
  const unwritable = scenario.unwritableBy?.[peer.name];
  if (unwritable) {
    await expect(peer.call('append', { path, ...rowSet(schema, rows) })).rejects.toThrow(unwritable);
    return;
  }
  await peer.call('append', { path, ...rowSet(schema, rows.slice(0, 15)) });
  await peer.call('checkpoint', { path });
  await peer.call('append', { path, ...rowSet(schema, rows.slice(15)) });
  const notOptimized = scenario.notOptimizedBy?.[peer.name];
  if (notOptimized) await expect(peer.call('optimize', { path })).rejects.toThrow(notOptimized);
  else await peer.call('optimize', { path });
}
