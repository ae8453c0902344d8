import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../app/src/topic/topic.ts';
import {
  accounts,
  contents,
  fillTopic,
  messageOf,
  openEngine,
  run,
  START_SECONDS,
} from '../../app/test/pipeline/small-world.ts';

const HOUR = 3600;

/** A sighting at START_SECONDS + `seconds`; one key for all, so that batches of 1 take them in this order. */
function seen(icao24: string, seconds: number, altitude: number | null = 1000): Message {
  const time = START_SECONDS + seconds;
  const vector = {
    icao24,
    origin_country: 'Chile',
    time_position: time,
    last_contact: time,
    longitude: -70,
    latitude: -33,
    baro_altitude: altitude,
    velocity: 100,
    vertical_rate: 0,
    on_ground: false,
  };
  return { ...messageOf(vector, START_SECONDS + 100 * HOUR), key: 'one' };
}

type Parsed = Readonly<Record<string, unknown>>;

/** The way to drain a topic one message a batch: in one life, or with a restart after every batch. */
const LIVES = {
  'in one life': async (directory: string) => run(directory, { maxRows: 1 }),
  'restarted after every batch': async (directory: string) => {
    for (;;) {
      const stop = new AbortController();
      const { batches } = await run(directory, {
        maxRows: 1,
        signal: stop.signal,
        onBatch: () => {
          stop.abort();
        },
      });
      if (batches === 0) return;
    }
  },
};

describe.each(Object.entries(LIVES))(
  'late rows, one message a batch, %s',
  { timeout: 60_000 },
  (_, drain) => {
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'contrail-late-'));
    });
    afterEach(() => {
      rmSync(directory, { recursive: true, force: true });
    });

    async function tablesOf(messages: readonly Message[]) {
      await fillTopic(directory, messages);
      await drain(directory);
      const tables = await contents(directory);
      const { found, expected } = accounts(tables, messages.length);
      expect(found).toEqual(expected);
      const parsed = (name: string): Parsed[] => (tables[name] ?? []).map((row) => JSON.parse(row) as Parsed);
      const ml = new Map(
        parsed('silver/flights_ml').map((row) => [
          `${String(row['icao24'])} ${Number.parseInt(String(row['time_position']), 10) - START_SECONDS}`,
          row,
        ]),
      );
      return { ml, traffic: parsed('gold/traffic_by_country'), quarantine: parsed('quarantine/flights') };
    }

    it('get features from their true predecessors, leave rows after them alone, and count in their window', async () => {
      const { ml, traffic } = await tablesOf([
        seen('abc001', 0, 1000),
        seen('abc001', 60, 1100),
        seen('abc001', 310, 1400),
        seen('abc001', 370, 1500),
        seen('abc001', 430, 1600),
        seen('abc001', 490, 1700),
        seen('abc001', 550, 1800),
        // Late, and so is its window; `recent` does not reach back to its predecessors.
        seen('abc001', 120, 1250),
      ]);
      expect(ml.get('abc001 120')).toMatchObject({
        seconds_since_previous: '60n',
        altitude_change: 150,
        altitude_mean_5: (1000 + 1100 + 1250) / 3,
        window_size: 3,
      });
      expect(ml.get('abc001 310')).toMatchObject({
        seconds_since_previous: '250n',
        altitude_change: 300,
        window_size: 3,
      });
      expect(
        traffic.map(({ flight_count, record_count, avg_altitude_m }) => [
          flight_count,
          record_count,
          avg_altitude_m,
        ]),
      ).toEqual([
        ['1n', '3n', (1000 + 1100 + 1250) / 3],
        ['1n', '5n', 1600],
      ]);
    });

    it('are found to be duplicates, and find their past, when their aircraft was let go 6 hours of event time ago', async () => {
      const { ml, traffic, quarantine } = await tablesOf([
        seen('abc001', 0, 1000),
        seen('abc001', 60, 1100),
        seen('abc002', 7 * HOUR),
        seen('abc002', 7 * HOUR + 60),
        seen('abc002', 7 * HOUR + 120),
        seen('abc001', 60, 9999),
        seen('ABC001', 0, 9999),
        seen('abc001', 90, 1300),
        seen('abc001', 90, 9999),
      ]);
      expect(quarantine.map((row) => [row['reason'], row['topic_offset']])).toEqual([
        ['duplicate', '5n'],
        ['duplicate', '6n'],
        ['duplicate', '8n'],
      ]);
      expect(ml.get('abc001 90')).toMatchObject({
        seconds_since_previous: '30n',
        altitude_change: 200,
        window_size: 3,
      });
      expect(ml.size).toBe(6);
      expect(traffic.map(({ record_count, avg_altitude_m }) => [record_count, avg_altitude_m])).toEqual([
        ['3n', (1000 + 1100 + 1300) / 3],
        ['3n', 1000],
      ]);
    });

    it('start a segment of their own where no row lies within 600 s before them', async () => {
      const { ml } = await tablesOf([
        seen('abc001', 5000),
        seen('abc001', 1000),
        seen('abc001', 399),
        seen('abc001', 1600),
      ]);
      expect(ml.get('abc001 1000')).toMatchObject({ seconds_since_previous: null, window_size: 1 });
      expect(ml.get('abc001 399')).toMatchObject({ seconds_since_previous: null, window_size: 1 });
      // 600 s after the row at 1000, which is 601 s after the one at 399.
      expect(ml.get('abc001 1600')).toMatchObject({ seconds_since_previous: '600n', window_size: 2 });
    });
  },
);

it('what was read from the lake for late rows is not kept after their batch', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'contrail-late-'));
  try {
    await fillTopic(directory, [
      seen('abc001', 0),
      seen('abc001', 60),
      seen('abc001', 400),
      seen('abc001', 30),
    ]);
    await using engine = await openEngine(directory);
    const late: number[] = [];
    await run(directory, { maxRows: 1, engine, onBatch: (batch) => late.push(batch.rows_late) });
    expect(late).toEqual([0, 0, 0, 1]);
    const kept = (name: string) =>
      engine.rows({ sql: 'select count(*) as n from k', relations: { k: { kind: 'kept', name } } });
    expect(await kept('recent')).toHaveLength(1);
    await expect(kept('earlier')).rejects.toMatchObject({ code: 'sql-failed' });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
