/** A world of days: a few aircraft that report twice a day, with messages among them that go to quarantine. */
import { localStore, type Snapshot } from '@contrail/delta-lake';
import { join } from 'node:path';
import type { Keep } from '../../../src/lake/keep.ts';
import { Lake } from '../../../src/lake/lake.ts';
import { DEFAULT_RETENTION, type TableDefinition } from '../../../src/lake/table.ts';
import { EmbeddedTopic } from '../../../src/topic/embedded/embedded-topic.ts';
import type { Message } from '../../../src/topic/topic.ts';
import { messageOf, run, type RunOptions } from '../small-world.ts';

const DAY_S = 86_400;
/** 2026-11-24T00:00:00Z. */
export const FIRST_S = Date.UTC(2026, 10, 24) / 1000;
const HOURS = [6, 18] as const;
/** Messages of a day. */
export const DAY_MESSAGES = 2 * 6;

const vector = (aircraft: number, seconds: number) => ({
  icao24: `abc00${aircraft}`,
  callsign: `TEST${aircraft}`,
  origin_country: 'Switzerland',
  time_position: seconds,
  last_contact: seconds,
  longitude: 8 + aircraft / 10,
  latitude: 47,
  baro_altitude: 3000,
  geo_altitude: 3000,
  on_ground: false,
  velocity: 200,
  true_track: 90,
  vertical_rate: 0,
});

/** A report of an aircraft that was sent at one time and came in at another. */
export const lateMessage = (aircraft: number, sent: number, received: number): Message =>
  messageOf(vector(aircraft, sent), received);

/** When day `index` has had its first poll, epoch seconds. */
export const morning = (index: number): number => FIRST_S + index * DAY_S + HOURS[0] * 3600;
/** When it has had its last one, epoch ms. */
export const evening = (index: number): number => (FIRST_S + index * DAY_S + HOURS[1] * 3600 + 60) * 1000;

/** Two polls: four aircraft, a message that is none, and a position without longitude. */
export const dayMessages = (index: number): readonly Message[] =>
  HOURS.flatMap((hour) => {
    const seconds = FIRST_S + index * DAY_S + hour * 3600;
    return [
      ...[1, 2, 3, 4].map((aircraft) => messageOf(vector(aircraft, seconds), seconds)),
      { key: null, value: `{"icao24": "broken at ${seconds}`, timestamp_ms: seconds * 1000 },
      messageOf({ ...vector(5, seconds), longitude: null }, seconds),
    ];
  });

export const lakeOf = (directory: string, nowMs: number, keep?: Keep): Lake =>
  new Lake(localStore(join(directory, 'lake')), () => nowMs, DEFAULT_RETENTION, keep);

/** Puts messages into the topic and drains it, as `pipeline --once` does at an instant. */
export async function drainAt(
  directory: string,
  nowMs: number,
  keep: Keep,
  messages: readonly Message[],
  more: Partial<RunOptions> = {},
): Promise<void> {
  await using topic = await EmbeddedTopic.open({
    directory: join(directory, 'topic'),
    name: 'opensky-data',
    partitions: 1,
    clock: () => nowMs,
    retention: { maxAgeMs: 1e13, maxBytes: 1e12 },
  });
  if (messages.length > 0) await topic.append(messages);
  const lake = lakeOf(directory, nowMs, keep);
  await run(directory, { maxRows: 1000, lake, topic, clock: () => nowMs, ...more });
}

/** The newest version of a table. */
export async function newest(directory: string, table: TableDefinition): Promise<Snapshot> {
  const snapshot = await (await lakeOf(directory, evening(0)).table(table))?.snapshot();
  if (snapshot === undefined) throw new Error(`There is no ${table.name}.`);
  return snapshot;
}

/** The days that a table has rows of. */
export async function daysIn(directory: string, table: TableDefinition): Promise<readonly string[]> {
  const [column = ''] = table.partitionColumns;
  const files = (await newest(directory, table)).files();
  return [...new Set(files.map(({ partitionValues }) => partitionValues[column] ?? ''))].sort();
}

/** Rows as texts, sorted. */
export async function rowsOf(snapshot: Snapshot): Promise<readonly string[]> {
  const rows: string[] = [];
  for await (const some of snapshot.rows())
    for (const row of some)
      rows.push(
        JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      );
  return rows.sort();
}
