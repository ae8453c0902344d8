import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contents, fillTopic, run, smallWorld } from '../../app/test/pipeline/small-world.ts';

const MESSAGES = smallWorld();
const MAX_ROWS = Math.ceil(MESSAGES.length / 2);

/** Makes the next version of a table on disk: its metadata once more, which no open transaction may pass over. */
function commitMetadataAgain(table: string): void {
  const log = join(table, '_delta_log');
  const versions = readdirSync(log).filter((name) => /^\d{20}\.json$/.test(name));
  const metadata = readFileSync(join(log, versions.sort()[0] as string), 'utf8')
    .split('\n')
    .find((line) => line.startsWith('{"metaData"'));
  const next = `${String(versions.length).padStart(20, '0')}.json`;
  writeFileSync(join(log, next), `{"commitInfo":{"timestamp":0,"operation":"TEST"}}\n${metadata}\n`, {
    flag: 'wx',
  });
}

describe('a commit that is lost to another writer', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'contrail-lost-'));
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it.each(['silver/flights', 'gold/traffic_by_country'])(
    'of %s is tried again, with the same tables in the end',
    async (table) => {
      await fillTopic(join(root, table, 'plain'), MESSAGES);
      await run(join(root, table, 'plain'), { maxRows: MAX_ROWS });
      const directory = join(root, table, 'disturbed');
      await fillTopic(directory, MESSAGES);
      const troubles: Error[] = [];
      let disturbances = 0;
      await run(directory, {
        maxRows: MAX_ROWS,
        onPoint: (point) => {
          if (point !== `written ${table}` || disturbances > 0) return;
          disturbances += 1;
          commitMetadataAgain(join(directory, 'lake', table));
        },
        onTrouble: (error) => troubles.push(error),
      });
      expect(troubles).toMatchObject([{ code: 'commit-conflict' }]);
      expect(await contents(directory)).toEqual(await contents(join(root, table, 'plain')));
    },
  );
});
