import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requeue } from '../../../src/pipeline/requeue.ts';
import { lakeAccounts } from '../../../src/pipeline/facts.ts';
import { expectRecomputed } from '../../pipeline/expect-recomputed.ts';
import { said } from '../../pipeline/merge/merge-world.ts';
import { contents, fillTopic, openEngine, openLake, run, worldMessages } from '../../pipeline/small-world.ts';
import { archived, backfill, csv, live, POLLS } from './backfill-world.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'contrail-backfill-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const archive = (content: string | Uint8Array, name = 'hour.csv'): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};
/** Every other poll came live. */
const LIVE = live(POLLS.filter((_, index) => index % 2 === 0));
const fillLive = async (): Promise<void> => {
  await fillTopic(directory, LIVE);
  await run(directory, { maxRows: 400 });
};
/** Rows of the archive that are no positions. */
const ODD = { invalid_position: 1, malformed: 1, missing_time: 1 };
const ROWS = POLLS.flat().length;
const NEW_ROWS = new Set(
  live(POLLS).map(({ value }) => {
    const { icao24, time_position, last_contact } = JSON.parse(String(value)) as Record<string, unknown>;
    return `${String(icao24)} ${String(time_position)} ${String(last_contact)}`;
  }),
).size;

describe('a backfill', { timeout: 120_000 }, () => {
  it('into an empty lake makes every table what an outsider computes', async () => {
    const [report] = await backfill(directory, [archive(csv(POLLS))]);
    expect(report).toMatchObject({ rows: ROWS + 3, taken: NEW_ROWS, damage: null, since_ms: null });
    expect(report?.quarantined).toMatchObject(ODD);
    expect((await expectRecomputed(directory)).length).toBe(NEW_ROWS);
    expect(existsSync(join(directory, 'temporary', 'backfill'))).toBe(false);
  });

  it('merges the rows of an hour that came live, counts each once, and changes nothing the second time', async () => {
    await fillLive();
    const before = await contents(directory);
    const path = archive(csv(POLLS));
    const [report] = await backfill(directory, [path], { sliceRows: 50 });
    const ml = await expectRecomputed(directory);
    expect(ml.length).toBe(NEW_ROWS);
    const after = await contents(directory);
    // Live rows stay as they came.
    expect(after['silver/flights']).toEqual(expect.arrayContaining([...(before['silver/flights'] ?? [])]));
    expect(report?.quarantined).toMatchObject({ ...ODD, duplicate: ROWS - (report?.taken ?? 0) });
    expect(before['silver/flights']?.length).toBe(NEW_ROWS - (report?.taken ?? 0));

    const [again] = await backfill(directory, [archive(readFileSync(path), 'renamed.csv')]);
    expect(again).toMatchObject({
      rows: ROWS + 3,
      taken: report?.taken,
      since_ms: expect.any(Number) as number,
    });
    expect(await contents(directory)).toEqual(after);
  });

  it('gives the tables of a lake to which all rows came in order', async () => {
    const seen = new Set<string>();
    const once = POLLS.map((vectors) =>
      vectors.filter(({ icao24, time_position, last_contact }) => {
        const key = `${icao24} ${time_position} ${last_contact}`;
        return !seen.has(key) && seen.add(key);
      }),
    );
    await fillTopic(directory, live(once.filter((_, index) => index % 2 === 0)));
    await run(directory, { maxRows: 400 });
    await backfill(directory, [archive(csv(once))], { sliceRows: 50 });
    const other = join(directory, 'in-order');
    const both = once.flatMap((vectors, index) => [
      ...(index % 2 === 0 ? live([vectors]) : []),
      ...live([vectors.map(archived)]),
    ]);
    await fillTopic(other, both);
    await run(other, { maxRows: 400 });
    const [found, wanted] = [await said(directory), await said(other)];
    for (const name of ['silver/flights_ml', 'gold/traffic_by_country', 'gold/metrics_by_category'])
      expect(found[name], name).toEqual(wanted[name]);
  });

  it('lets the pipeline go on, and leaves the accounts of its topic as they were', async () => {
    await fillLive();
    await backfill(directory, [archive(csv(POLLS))]);
    const later = live(POLLS).map(({ key, value, timestamp_ms }) => {
      const vector = JSON.parse(String(value)) as { time_position: number };
      return {
        key,
        value: JSON.stringify({ ...vector, time_position: vector.time_position + 1000 }),
        timestamp_ms: timestamp_ms + 1_000_000,
      };
    });
    await fillTopic(directory, later);
    await run(directory, { maxRows: 100 });
    await expectRecomputed(directory);
    await using engine = await openEngine(directory);
    const accounts = await lakeAccounts(openLake(directory), engine);
    expect(accounts).toMatchObject({ messages: LIVE.length + later.length, archived: ROWS + 3 });
  });

  it('counts the rows of a file that has grown, or was cut, once', async () => {
    const whole = csv(POLLS);
    const part = whole.split('\n').slice(0, 70).join('\n');
    const [first] = await backfill(directory, [archive(part, 'a.csv')]);
    const [second] = await backfill(directory, [archive(whole, 'a.csv')]);
    const [third] = await backfill(directory, [archive(`${part}\n`, 'a.csv')]);
    expect((first?.taken ?? 0) + (second?.taken ?? 0)).toBe(NEW_ROWS);
    expect(third).toMatchObject({ taken: 0, since_ms: null });
    expect(new Set([first, second, third].map((one) => one?.partition)).size).toBe(3);
    expect((await expectRecomputed(directory)).length).toBe(NEW_ROWS);
  });

  it('takes what comes before the damage of one archive, and all of the others', async () => {
    const packed = gzipSync(csv(POLLS.slice(0, 8)));
    const paths = [
      archive(packed.subarray(0, packed.length - 40), 'one.csv.gz'),
      archive('ident,name\n', 'two.csv'),
      archive(csv(POLLS.slice(8)), 'three.csv'),
    ];
    const reports = await backfill(directory, paths);
    expect(reports.map(({ rows }) => rows > 30)).toEqual([true, false, true]);
    expect(reports[0]?.damage).toMatch(/one\.csv\.gz: unexpected end of file/);
    expect(reports[1]?.useless).toMatch(/it is no CSV/);
    await expectRecomputed(directory);
    // It says so again, since a whole copy is still to be had.
    const again = await backfill(directory, paths);
    const known = again.filter(({ since_ms }) => since_ms !== null);
    expect(known.map(({ path }) => path)).toEqual([paths[0], paths[2]]);
    expect(known[0]?.damage).toBe(reports[0]?.damage);
  });

  it('takes rows that have no time at all', async () => {
    const lines = csv(POLLS.slice(0, 1)).split('\n').slice(0, 2);
    const [report] = await backfill(directory, [archive([...lines, 'no row', ''].join('\n'))]);
    expect(report).toMatchObject({ rows: 2, taken: 0, quarantined: { malformed: 1, missing_time: 1 } });
    const tables = await contents(directory);
    expect(tables['bronze/flights']).toHaveLength(1);
    expect(tables['quarantine/flights']).toHaveLength(2);
    // What was no message is not sent to the topic.
    const topic = { append: () => Promise.reject(new Error('sent')) };
    const again = requeue({ lake: openLake(directory), topic, reason: 'malformed', clock: Date.now });
    expect(await again).toMatchObject({ sent: 0, left: 0 });
  });

  it('refuses simulated rows in a lake of real ones, before any of them is in a table', async () => {
    await fillLive();
    const before = await contents(directory);
    const simulated = [...worldMessages({ aircraft: 5, polls: 2, intervalSeconds: 60 })].flat();
    const path = archive(simulated.map(({ value }) => `${String(value)}\n`).join(''), 'a.ndjson');
    await expect(backfill(directory, [path])).rejects.toMatchObject({ code: 'lake-kind-differs' });
    expect(await contents(directory)).toEqual(before);
  });

  it('is refused while a micro-batch is open, before it reads anything', async () => {
    await fillTopic(directory, LIVE);
    const stop = new AbortController();
    await run(directory, {
      maxRows: 400,
      signal: stop.signal,
      onPoint: (point) => {
        if (point === 'recorded') stop.abort();
      },
    });
    const read: string[] = [];
    const refused = backfill(directory, [archive(csv(POLLS))], { onArchive: ({ path }) => read.push(path) });
    await expect(refused).rejects.toMatchObject({ code: 'merge-open' });
    expect(read).toEqual([]);
  });

  it('does not touch the time between archives that lie far apart', async () => {
    await fillLive();
    const early = POLLS.slice(0, 2).map((vectors) =>
      vectors.map((vector) => ({
        ...vector,
        time_position: (vector.time_position ?? 0) - 8_000_000,
        last_contact: (vector.last_contact ?? 0) - 8_000_000,
      })),
    );
    const slices: number[] = [];
    await backfill(directory, [archive(csv(early), 'a.csv'), archive(csv(POLLS), 'b.csv')], {
      onMerge: ({ slices: all, done }) => {
        if (done === 0) slices.push(...all.map(({ start, end }) => end - start));
      },
    });
    expect(slices).toHaveLength(2);
    expect(Math.max(...slices)).toBeLessThan(7_200);
    await expectRecomputed(directory);
  });

  // Kills of processes: test/faults/backfill-kill.test.ts.
  it.each(['staged', 'recorded', 'finished', 'merged'])(
    'that ends at "%s" goes on, and leaves nothing twice',
    async (point) => {
      await fillLive();
      const path = archive(csv(POLLS));
      const stopped = backfill(directory, [path], {
        sliceRows: 50,
        onPoint: (reached) => {
          if (reached === point) throw new Error('the end of the process');
        },
      });
      await expect(stopped).rejects.toThrow('the end of the process');
      const [report] = await backfill(directory, [path], { sliceRows: 50 });
      expect(report).toMatchObject({ rows: ROWS + 3, quarantined: ODD });
      expect((await expectRecomputed(directory)).length).toBe(NEW_ROWS);
      expect((await contents(directory))['bronze/flights']).toHaveLength(LIVE.length + ROWS + 2);
    },
  );

  it('ends early when it is told to, and goes on later', async () => {
    const stop = new AbortController();
    const path = archive(csv(POLLS));
    const reports = await backfill(directory, [path], {
      sliceRows: 50,
      signal: stop.signal,
      onPoint: (point) => {
        if (point === 'finished') stop.abort();
      },
    });
    expect(reports).toEqual([]);
    const [report] = await backfill(directory, [path], { sliceRows: 50 });
    expect(report).toMatchObject({ rows: ROWS + 3, taken: NEW_ROWS });
    await expectRecomputed(directory);
  });
});
