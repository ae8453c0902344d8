import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type Expectation, GOLDEN, READABLE } from '../golden-tables.ts';
import { isInstalled, test } from './fixtures.ts';
import { PEER_NAMES, type PeerName } from './peers/peer.ts';

const agreed = (name: PeerName): readonly Expectation[] =>
  READABLE.filter(({ by }) => by.includes(name.toLowerCase()));

// What the peers are worth as witnesses: their rows, put into canonical form here, have the digests that others found.
describe.each(PEER_NAMES)('%s reads tables of others', (name) => {
  test.skipIf(!isInstalled(name) || READABLE.length === 0).for(agreed(name))(
    '$id',
    async (entry, { peers }) => {
      const peer = await peers.open(name);
      const { path, version, schema, numRecords, digest } = entry;
      const [found] = await peer.call('digests', { path: join(GOLDEN, path), versions: [version] });
      expect(found).toEqual({ version, schema, numRecords, digest });
    },
  );
});
