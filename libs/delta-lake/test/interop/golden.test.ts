import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { isInstalled, test } from './fixtures.ts';
import { PEER_NAMES, type PeerName } from './peers/peer.ts';

/** Tables of other writers with what a correct reader finds in them; see the README beside them. */
const GOLDEN = join(import.meta.dirname, '../../../../../shared/delta-golden');
const file = join(GOLDEN, 'EXPECTED.ndjson');

interface Expectation {
  readonly id: string;
  readonly path: string;
  readonly version: number;
  readonly latest: boolean;
  readonly expect: 'read' | 'refuse';
  readonly schema: readonly unknown[];
  readonly numRecords: number;
  readonly digest: string;
  /** Who has agreed on it. */
  readonly by: readonly string[];
}

const expectations = existsSync(file)
  ? readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Expectation)
  : [];

const agreed = (name: PeerName): readonly Expectation[] =>
  expectations.filter(
    ({ expect: what, latest, by }) => what === 'read' && latest && by.includes(name.toLowerCase()),
  );

// What the peers are worth as witnesses: their rows, put into canonical form here, have the digests that others found.
describe.each(PEER_NAMES)('%s reads tables of others', (name) => {
  test.skipIf(!isInstalled(name) || expectations.length === 0).for(agreed(name))(
    '$id',
    async (entry, { peers }) => {
      const peer = await peers.open(name);
      const { path, version, schema, numRecords, digest } = entry;
      const [found] = await peer.call('digests', { path: join(GOLDEN, path), versions: [version] });
      expect(found).toEqual({ version, schema, numRecords, digest });
    },
  );
});
