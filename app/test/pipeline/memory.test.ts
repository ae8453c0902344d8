import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DuckdbEngine } from '../../src/engine/duckdb/engine.ts';
import type { Relation, Row } from '../../src/engine/engine.ts';
import { SILVER_FLIGHTS_ML } from '../../src/lake/silver-flights-ml.ts';
import { BATCHES_SIDE_BY_SIDE, KEPT, Memory } from '../../src/pipeline/memory.ts';
import { HORIZON_SECONDS, OPEN_WINDOWS } from '../../src/pipeline/queries.ts';
import { openEngine } from './small-world.ts';

const WINDOW = 300n;
/** The start of a window. */
const NOW = 1_767_225_600n;

const fresh = (...rows: readonly (readonly [icao24: string, time: bigint])[]): Relation => ({
  kind: 'rows',
  columns: SILVER_FLIGHTS_ML.columns,
  rows: rows.map(([icao24, time_position]) => ({ icao24, time_position, last_contact: time_position })),
});

describe('what the pipeline keeps between batches', () => {
  let directory: string;
  let engine: DuckdbEngine;
  let memory: Memory;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-memory-'));
    engine = await openEngine(directory);
    memory = await Memory.load(engine, null, undefined);
  });
  afterEach(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });
  const kept = (relation: Relation, columns: string): Promise<readonly Row[]> =>
    engine.rows({ sql: `select ${columns} from kept order by all`, relations: { kept: relation } });
  async function take(relation: Relation, newest: bigint | null): Promise<void> {
    await memory.rememberFlights(relation);
    await memory.rememberAircraft(relation);
    await memory.advance(newest);
  }

  it('begins with nothing, and asks the lake for nothing', async () => {
    expect([memory.horizon, memory.openSince]).toEqual([0n, 0n]);
    expect(await kept(KEPT.recent, '*')).toEqual([]);
    expect(await kept(KEPT.flights, '*')).toEqual([]);
  });

  it('holds the four newest rows of an aircraft, the newest first', async () => {
    await take(fresh(...[1n, 2n, 3n].map((s) => ['a', NOW + s] as const)), NOW + 3n);
    await take(fresh(['a', NOW + 5n], ['a', NOW + 4n], ['b', NOW]), NOW + 5n);
    expect(await kept(KEPT.recent, 'icao24, time_position, age_rank')).toEqual([
      ...[2n, 3n, 4n, 5n].map((s, index) => ({ icao24: 'a', time_position: NOW + s, age_rank: 4 - index })),
      { icao24: 'b', time_position: NOW, age_rank: 1 },
    ]);
  });

  it('lets go an aircraft that was not heard of since the horizon, when the next batch has come', async () => {
    await take(
      fresh(['old', NOW], ['new', NOW + BigInt(HORIZON_SECONDS) + 1n]),
      NOW + BigInt(HORIZON_SECONDS) + 1n,
    );
    expect(memory.horizon).toBe(NOW + 1n);
    await take(fresh(), null);
    expect(await kept(KEPT.recent, 'icao24')).toEqual([{ icao24: 'new' }]);
  });

  it('lets go a window when the newest has moved on, and takes in no row of it later', async () => {
    const windows = Array.from({ length: OPEN_WINDOWS + 1 }, (_, index) => NOW + BigInt(index) * WINDOW);
    for (const start of windows) await take(fresh(['a', start + 7n]), start + 7n);
    expect(memory.openSince).toBe(windows[1]);
    await take(fresh(['late', NOW + 8n], ['late', NOW + WINDOW]), windows.at(-1) ?? null);
    expect(await kept(KEPT.flights, 'window_seconds, icao24')).toEqual([
      { window_seconds: windows[1], icao24: 'a' },
      { window_seconds: windows[1], icao24: 'late' },
      ...windows.slice(2).map((window_seconds) => ({ window_seconds, icao24: 'a' })),
    ]);
  });

  it('has one row of an aircraft in a window, however many batches have brought it', async () => {
    for (let batch = 1; batch <= BATCHES_SIDE_BY_SIDE; batch += 1)
      await take(fresh(['a', NOW + BigInt(batch)], ['b', NOW]), NOW + BigInt(batch));
    await take(fresh(), null);
    expect(await kept(KEPT.flights, 'icao24, record_count')).toEqual([
      { icao24: 'a', record_count: BigInt(BATCHES_SIDE_BY_SIDE) },
      { icao24: 'b', record_count: BigInt(BATCHES_SIDE_BY_SIDE) },
    ]);
  });

  it('never moves back', async () => {
    await take(fresh(['a', NOW + WINDOW]), NOW + WINDOW);
    await take(fresh(['a', NOW]), NOW);
    expect(memory.horizon).toBe(NOW + WINDOW - BigInt(HORIZON_SECONDS));
  });
});
