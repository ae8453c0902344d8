/**
 * A small world for tests of the pipeline: messages of 40 simulated aircraft with everything wrong that a feed can
 * do, a topic that holds them, and runs of the real pipeline over it. Deterministic: no clock, no network.
 */
import { localStore } from '@contrail/delta-lake';
import { join } from 'node:path';
import { DuckdbEngine } from '../../src/engine/duckdb/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Airport } from '../../src/flight/airports.ts';
import type { StateVector } from '../../src/flight/state-vector.ts';
import { DEFAULT_START_SECONDS, simulate } from '../../src/ingest/simulator/simulate.ts';
import { Lake } from '../../src/lake/lake.ts';
import type { BatchProgress } from '../../src/lake/progress.ts';
import { NOT_IN_BRONZE } from '../../src/lake/quarantine-flights.ts';
import { QUARANTINE_GAPS } from '../../src/lake/quarantine-gaps.ts';
import { BATCH_TABLES } from '../../src/lake/tables.ts';
import type { Gap } from '../../src/pipeline/batch-record.ts';
import type { BatchPoint } from '../../src/pipeline/micro-batch.ts';
import type { Cut } from '../../src/pipeline/narrow.ts';
import { runPipeline } from '../../src/pipeline/pipeline.ts';
import { EmbeddedTopic, type EmbeddedTopicOptions } from '../../src/topic/embedded/embedded-topic.ts';
import type { Message, Topic } from '../../src/topic/topic.ts';
import { airports } from '../ingest/airports.ts';

/** When the small world begins, epoch seconds: the start of a Gold window. */
export const START_SECONDS = DEFAULT_START_SECONDS;

/** Few enough that a fresh lake gets its airport cells in a moment. */
export const FEW_AIRPORTS: readonly Airport[] = airports.filter((_, index) => index % 130 === 0);

/** One message as ingest makes it, received at `seconds`. */
export const messageOf = (vector: Partial<StateVector>, seconds: number): Message => ({
  key: vector.icao24?.toLowerCase() ?? null,
  value: JSON.stringify({ feed: 'simulator', ...vector }),
  timestamp_ms: seconds * 1000,
});

/** How large a world is. */
export interface WorldSize {
  readonly aircraft: number;
  readonly polls: number;
  readonly intervalSeconds: number;
}

/** The messages of simulated aircraft, poll by poll, with everything among them that a feed can do wrong. */
export function* worldMessages(size: WorldSize): Generator<readonly Message[], void, undefined> {
  let time = START_SECONDS;
  let before: readonly StateVector[] = [];
  for (const vectors of simulate({ ...size, seed: 7, airports })) {
    const [first, second, third] = vectors as [StateVector, StateVector, StateVector];
    yield [
      ...vectors.map((vector) => messageOf(vector, time)),
      { key: null, value: `{"icao24": "broken at ${time}`, timestamp_ms: time * 1000 },
      messageOf({ ...first, icao24: first.icao24?.toUpperCase() ?? null }, time),
      messageOf({ ...second, longitude: null, latitude: null }, time),
      messageOf({ ...third, latitude: 91 }, time),
      messageOf({ ...third, icao24: 'nothex' }, time),
      ...before.slice(0, 2).map((vector) => messageOf(vector, time)),
    ];
    before = vectors;
    time += size.intervalSeconds;
  }
}

/** About 370 messages: 40 aircraft, 8 polls a minute apart (two Gold windows), and a dozen bad ones among them. */
export const smallWorld = (): readonly Message[] =>
  [...worldMessages({ aircraft: 40, polls: 8, intervalSeconds: 60 })].flat();

/** Opens the topic below `directory`, or another of another name. */
export function openTopic(
  directory: string,
  options: Partial<Pick<EmbeddedTopicOptions, 'name' | 'readOnly' | 'retention' | 'clock'>> = {},
): Promise<EmbeddedTopic> {
  const { name = 'opensky-data' } = options;
  return EmbeddedTopic.open({
    directory: join(directory, name === 'opensky-data' ? 'topic' : name),
    partitions: 4,
    clock: () => START_SECONDS * 1000,
    retention: { maxAgeMs: 1e13, maxBytes: 1e12 },
    ...options,
    name,
  });
}

/** Appends messages to the topic below `directory`. */
export async function fillTopic(directory: string, messages: readonly Message[]): Promise<void> {
  await using topic = await openTopic(directory);
  await topic.append(messages);
}

/** Opens an engine for tests. */
export function openEngine(directory: string): Promise<DuckdbEngine> {
  return DuckdbEngine.open({
    memoryLimit: '256MB',
    threads: 1,
    temporaryFolder: join(directory, 'temporary'),
  });
}

/** The lake below `directory`. */
export const openLake = (directory: string): Lake =>
  new Lake(localStore(join(directory, 'lake')), tickingClock());

/** What a run in a test may be told. */
export interface RunOptions {
  readonly maxRows: number;
  readonly onPoint?: (point: BatchPoint) => void;
  readonly onBatch?: (batch: BatchProgress) => void;
  readonly signal?: AbortSignal;
  /** An engine to use and to leave open; else one is opened for the run, as after a restart. */
  readonly engine?: Engine;
  /** A topic to read and to leave open; else the one below the directory. */
  readonly topic?: Topic;
  /** A lake elsewhere than below the directory. */
  readonly lake?: Lake;
  /** Other airports than {@link FEW_AIRPORTS}. */
  readonly airports?: readonly Airport[];
  /** Another clock than one that ticks at each look, ms. */
  readonly clock?: () => number;
  readonly passOverGaps?: boolean;
  readonly onPassedOver?: (gaps: readonly Gap[]) => void;
  readonly onTrouble?: (error: Error) => void;
  readonly shortage?: () => string | null;
  readonly monotonic?: () => number;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly onCut?: (cut: Cut) => void;
  readonly onStranger?: (key: string) => void;
  /** As of `runPipeline`; else it ends when the topic is empty, and waits for a millisecond. */
  readonly once?: boolean;
  readonly triggerMs?: number;
}

/** Drains the topic below `directory` into the lake beside it, with nothing left in memory from former runs. */
export async function run(
  directory: string,
  options: RunOptions,
): Promise<{ readonly batches: number; readonly rows: number }> {
  const topic = options.topic ?? (await openTopic(directory));
  const engine = options.engine ?? (await openEngine(directory));
  try {
    return await runPipeline({
      lake: openLake(directory),
      airports: FEW_AIRPORTS,
      clock: tickingClock(),
      triggerMs: 1,
      once: true,
      ...options,
      topic,
      engine,
    });
  } finally {
    if (options.engine === undefined) await engine[Symbol.asyncDispose]();
    if (options.topic === undefined) await topic[Symbol.asyncDispose]();
  }
}

/** All rows of every table that a batch writes, one text per row, sorted: equal contents are equal values. */
export async function contents(directory: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const lake = openLake(directory);
  const tables: Record<string, string[]> = {};
  for (const definition of BATCH_TABLES) {
    const rows: string[] = [];
    const snapshot = await (await lake.table(definition))?.snapshot();
    if (snapshot !== undefined) {
      for await (const batch of snapshot.rows()) rows.push(...batch.map(canonical));
    }
    tables[definition.name] = rows.sort();
  }
  return tables;
}

/** The rows of `quarantine/gaps`; none where there is no such table. */
export async function gapRows(directory: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const snapshot = await (await openLake(directory).table(QUARANTINE_GAPS))?.snapshot();
  const rows: Readonly<Record<string, unknown>>[] = [];
  if (snapshot !== undefined) for await (const batch of snapshot.rows()) rows.push(...batch);
  return rows;
}

/** One row as text; a bigint as its digits. */
export const canonical = (row: object): string =>
  JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

/** The terms of the contract's accounting identity; at rest, both pairs are equal. */
export function accounts(
  tables: Readonly<Record<string, readonly string[]>>,
  messages: number,
): { readonly found: readonly number[]; readonly expected: readonly number[] } {
  const count = (name: string): number => tables[name]?.length ?? 0;
  const malformed =
    tables['quarantine/flights']?.filter((row) =>
      NOT_IN_BRONZE.some((reason) => row.includes(`"reason":"${reason}"`)),
    ).length ?? 0;
  return {
    found: [messages, count('bronze/flights'), count('silver/flights_ml')],
    expected: [
      count('bronze/flights') + malformed,
      count('silver/flights') + count('quarantine/flights') - malformed,
      count('silver/flights'),
    ],
  };
}

/** A clock of long after all messages of a small world: none is received in the future. */
export function tickingClock(): () => number {
  let now = (START_SECONDS + 30 * 86_400) * 1000;
  return () => (now += 1);
}
