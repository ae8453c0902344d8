import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectSameTables } from '../../app/test/pipeline/same-tables.ts';
import { fillTopic, openLake, run } from '../../app/test/pipeline/small-world.ts';
import { backfill, csv, live, POLLS } from '../../app/test/program/backfill/backfill-world.ts';
import { openSparkEngine } from './engine.ts';
import { HAS_SPARK } from './shared.ts';

describe.skipIf(!HAS_SPARK)('a backfill with Spark', { timeout: 600_000 }, () => {
  it('makes the tables that DuckDB makes, and changes nothing the second time', async () => {
    const root = mkdtempSync(join(tmpdir(), 'contrail-spark-backfill-'));
    try {
      const [own, other] = [join(root, 'spark'), join(root, 'duckdb')];
      const archive = join(root, 'hour.csv');
      writeFileSync(archive, csv(POLLS));
      await fillTopic(own, live(POLLS.filter((_, index) => index % 2 === 0)));
      await run(own, { maxRows: 400 });
      cpSync(own, other, { recursive: true });
      await backfill(other, [archive], { sliceRows: 1_000_000 });

      // Spark sees the lake, so the rows wait there.
      const waiting = join(own, 'lake/_contrail/backfill');
      const place = {
        folder: waiting,
        local: join(own, 'members'),
        clear: async () => rmSync(waiting, { recursive: true, force: true }),
      };
      await using engine = openSparkEngine(own);
      const [report] = await backfill(own, [archive], { engine, place, sliceRows: 1_000_000 });
      await expectSameTables(openLake(own), openLake(other));
      expect(report?.taken).toBeGreaterThan(50);
      expect(existsSync(waiting)).toBe(false);

      const files = readdirSync(join(own, 'lake'), { recursive: true }).length;
      const [again] = await backfill(own, [archive], { engine, place });
      expect(again?.since_ms).not.toBeNull();
      expect(readdirSync(join(own, 'lake'), { recursive: true })).toHaveLength(files);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
