import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  contents,
  fillTopic,
  messageOf,
  openLake,
  run,
  smallWorld,
  START_SECONDS,
} from '../../app/test/pipeline/small-world.ts';
import { QUARANTINE_FLIGHTS } from '../../app/src/lake/quarantine-flights.ts';
import { BATCH_TABLES } from '../../app/src/lake/tables.ts';
import type { Message } from '../../app/src/topic/topic.ts';
import type { BatchPoint } from '../../app/src/pipeline/micro-batch.ts';

/** Before the first commit, after that of each group of tables, and before the note. */
const POINTS: readonly BatchPoint[] = [
  'recorded',
  'committed bronze/flights',
  'committed silver/flights_ml',
  'committed gold/traffic_by_country',
  'finished',
];

const COMMIT = /^\d{20}\.json$/;

/** Positions of three aircraft, all of them good. */
const good = (second: number): readonly Message[] =>
  ['3c6444', '4b1800', '40621d'].map((icao24, index) => {
    const time = START_SECONDS + second;
    const position = { longitude: 8.5 + index, latitude: 47.4, velocity: 200, baro_altitude: 9000 };
    return messageOf(
      { icao24, time_position: time, last_contact: time, on_ground: false, ...position },
      time,
    );
  });

/** A message that every table but the quarantine has no use for. */
const bad = (second: number): Message => ({
  key: null,
  value: `{"icao24": "broken at ${second}`,
  timestamp_ms: (START_SECONDS + second) * 1000,
});

describe('a batch that has no row for a table', () => {
  let directory: string;
  let other: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-rowless-'));
    other = mkdtempSync(join(tmpdir(), 'contrail-rowless-'));
  });
  afterEach(() => {
    for (const folder of [directory, other]) rmSync(folder, { recursive: true, force: true });
  });

  /** Versions, without that of its creation, by table. */
  function commits(folder: string): Readonly<Record<string, number>> {
    return Object.fromEntries(
      BATCH_TABLES.map(({ name }) => {
        const log = readdirSync(join(folder, 'lake', name, '_delta_log'));
        return [name, log.filter((file) => COMMIT.test(file)).length - 1];
      }),
    );
  }

  async function drain(messages: readonly Message[], options: Partial<Parameters<typeof run>[1]> = {}) {
    await fillTopic(directory, messages);
    return run(directory, { maxRows: 1000, ...options });
  }

  it('leaves that table as it is, whatever comes before and after', async () => {
    await drain(good(0));
    await drain([bad(10)]);
    await drain(good(20));
    await drain([...good(30), bad(30)]);
    await drain(good(40));
    expect(commits(directory)).toEqual({
      'bronze/flights': 4,
      'quarantine/flights': 2,
      'silver/flights': 4,
      'silver/flights_ml': 4,
      'gold/traffic_by_country': 4,
      'gold/metrics_by_category': 4,
    });
    await fillTopic(other, [...good(0), bad(10), ...good(20), ...good(30), bad(30), ...good(40)]);
    await run(other, { maxRows: 1000 });
    for (const name of BATCH_TABLES.map((table) => table.name).filter((name) => !/bronze|quar/.test(name)))
      expect((await contents(directory))[name]).toEqual((await contents(other))[name]);
  });

  it('is not run again at the next start, which finds that it was finished', async () => {
    await drain(good(0));
    const points: string[] = [];
    expect(await run(directory, { maxRows: 1000, onPoint: (point) => points.push(point) })).toEqual({
      batches: 0,
      rows: 0,
    });
    expect(points).toEqual([]);
  });

  it.each([
    ['its rows say that it is finished', good(0), 0],
    ['it is run again', [bad(0)], 1],
  ])('changes nothing where the note of its end is lost: %s', async (_, messages, batches) => {
    await drain(messages);
    const before = [commits(directory), await contents(directory)];
    rmSync(join(directory, 'lake/_contrail/finished.json'));
    expect(await run(directory, { maxRows: 1000 })).toMatchObject({ batches });
    expect([commits(directory), await contents(directory)]).toEqual(before);
  });

  it('is run again where the note is of another batch, or no note at all', async () => {
    const note = (): string => join(directory, 'lake/_contrail/finished.json');
    await drain(good(0));
    const first = readFileSync(note(), 'utf8');
    await drain([bad(10)]);
    for (const text of [first, '{"batch_id":2,"tables":{}}', 'null', '{']) {
      writeFileSync(note(), text);
      expect(await run(directory, { maxRows: 1000 })).toMatchObject({ batches: 1 });
    }
    expect(await run(directory, { maxRows: 1000 })).toMatchObject({ batches: 0 });
  });

  it('is finished after it was stopped, wherever that was', async () => {
    const messages = [good(0), [bad(10)], [...good(20), bad(20)]];
    await fillTopic(other, messages.flat());
    await run(other, { maxRows: 1000 });
    const expected = await contents(other);
    for (const point of POINTS) {
      const folder = mkdtempSync(join(tmpdir(), 'contrail-rowless-'));
      for (const some of messages) {
        await fillTopic(folder, some);
        const stop = new AbortController();
        const onPoint = (reached: string): void => {
          if (reached === point) stop.abort();
        };
        await run(folder, { maxRows: 1000, signal: stop.signal, onPoint });
        await run(folder, { maxRows: 1000 });
      }
      const found = await contents(folder);
      for (const name of ['silver/flights_ml', 'gold/traffic_by_country'])
        expect(found[name], point).toEqual(expected[name]);
      expect(commits(folder)[QUARANTINE_FLIGHTS.name], point).toBe(2);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('goes on with a lake whose records do not name the tables', async () => {
    const world = smallWorld();
    await drain(world.slice(0, 100));
    const folder = join(directory, 'lake/_contrail/batches');
    for (const name of readdirSync(folder)) {
      const record = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
      writeFileSync(join(folder, name), JSON.stringify({ ...record, tables: undefined }));
    }
    rmSync(join(directory, 'lake/_contrail/finished.json'));
    expect(await drain(world.slice(100))).toEqual({ batches: 1, rows: world.length - 100 });
  });

  it('leaves a hundred records, also where more were kept before', async () => {
    await drain(good(0));
    const folder = join(directory, 'lake/_contrail/batches');
    const [record = ''] = readdirSync(folder);
    const { ranges, ...first } = JSON.parse(readFileSync(join(folder, record), 'utf8')) as {
      readonly ranges: readonly { readonly partition: number; readonly end: string }[];
    };
    // Later batches without a message, which no table has.
    const tables = Object.fromEntries(Object.entries(commits(directory)).filter(([, count]) => count === 1));
    const empty = ranges.map(({ partition, end }) => ({ partition, start: end, end }));
    for (let id = 2; id <= 300; id++) {
      const copy = { ...first, batch_id: id, ranges: empty, tables };
      writeFileSync(join(folder, `${String(id).padStart(20, '0')}.json`), JSON.stringify(copy));
    }
    await run(directory, { maxRows: 1000 });
    expect(readdirSync(folder)).toHaveLength(100);
    expect(await openLake(directory).table(QUARANTINE_FLIGHTS)).not.toBeNull();
  });
});
