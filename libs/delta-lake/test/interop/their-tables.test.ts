import { describe, expect } from 'vitest';
import { openTable } from '../../src/index.ts';
import { temporaryFolder } from '../tables.ts';
import { expectAgreement } from './agreement.ts';
import { isInstalled, test } from './fixtures.ts';
import { PEER_NAMES } from './peers/peer.ts';
import { randomRows } from './random-rows.ts';
import { OF_BOTH, OF_SPARK } from './their-tables.ts';

describe.each(PEER_NAMES)('tables of %s', (name) => {
  const tables = name === 'Spark' ? [...OF_BOTH, ...OF_SPARK] : OF_BOTH;
  test.skipIf(!isInstalled(name)).for(tables)(
    '$name',
    async ({ build, oldest, ourRefusal, notOptimized }, { peers }) => {
      const peer = await peers.open(name);
      const path = temporaryFolder();
      await build(peer, path);
      await expectAgreement(peer, path, oldest);

      const table = await openTable(path);
      const { schema, version } = table.cached();
      const append = table.append(randomRows(schema, 8, 401));
      if (ourRefusal) return expect(append).rejects.toThrow(ourRefusal);
      expect(await append).toMatchObject({ kind: 'committed' });
      if (notOptimized) await expect(table.optimize()).rejects.toThrow(notOptimized);
      else await table.optimize();
      await table.append(randomRows(schema, 8, 402));
      await table.settled();
      await expectAgreement(peer, path, version);
    },
  );
});
