import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchProgress } from '../../src/lake/progress.ts';
import { contents, fillTopic, messageOf, run, START_SECONDS } from './small-world.ts';

/** When the pipeline plans its batch: ten minutes after the positions. */
const NOW_MS = (START_SECONDS + 600) * 1000;

describe('the time of receipt', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-times-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const STAMPS = {
    'a stamp of milliseconds': START_SECONDS * 1000 + 5,
    'none, which Kafka says as -1': -1,
    'the epoch': 0,
    'a stamp in seconds': START_SECONDS,
    'a stamp in microseconds': START_SECONDS * 1_000_000,
    'a stamp that is no date': 9_000_000_000_000_000,
    'a stamp an hour ahead of the clock': NOW_MS + 3_600_000,
    'a stamp a little ahead of the clock': NOW_MS + 60_000,
  };
  const NAMES = Object.keys(STAMPS);

  async function fill(): Promise<void> {
    const messages = Object.values(STAMPS).map((timestamp_ms, index) => ({
      ...messageOf(
        {
          icao24: `3c000${index}`,
          time_position: START_SECONDS,
          last_contact: START_SECONDS,
          longitude: 8,
          latitude: 50,
        },
        0,
      ),
      timestamp_ms,
    }));
    await fillTopic(directory, messages);
  }

  /** By what the record bore: the time of receipt in Bronze, epoch ms. */
  async function receipts(): Promise<Readonly<Record<string, number>>> {
    const rows = (await contents(directory))['bronze/flights'] ?? [];
    return Object.fromEntries(
      rows.map((text) => {
        const row = JSON.parse(text.replace(/"(-?\d+)n"/g, '$1')) as { icao24: string; ingested_at: number };
        return [NAMES[Number(row.icao24.slice(-1))], row.ingested_at / 1000];
      }),
    );
  }
  const EXPECTED = {
    ...Object.fromEntries(NAMES.map((name) => [name, NOW_MS])),
    'a stamp of milliseconds': START_SECONDS * 1000 + 5,
    'a stamp a little ahead of the clock': NOW_MS + 60_000,
  };

  it('is that of the micro-batch where the stamp of a record cannot be one, and nothing is quarantined for it', async () => {
    await fill();
    const batches: BatchProgress[] = [];
    await run(directory, { maxRows: 100, clock: () => NOW_MS, onBatch: (batch) => batches.push(batch) });
    expect(await receipts()).toEqual(EXPECTED);
    expect((await contents(directory))['silver/flights']).toHaveLength(NAMES.length);
    expect(batches.map(({ rows_restamped }) => rows_restamped)).toEqual([NAMES.length - 2]);
  });

  it('is the same when the micro-batch is run again later', async () => {
    await fill();
    const stop = new AbortController();
    await run(directory, {
      maxRows: 100,
      clock: () => NOW_MS,
      signal: stop.signal,
      onPoint: (point) => {
        if (point === 'recorded') stop.abort();
      },
    });
    await run(directory, { maxRows: 100, clock: () => NOW_MS + 86_400_000 });
    expect(await receipts()).toEqual(EXPECTED);
  });
});
