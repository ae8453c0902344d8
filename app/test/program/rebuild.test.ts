import { openTable } from '@contrail/delta-lake';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadSettings } from '../../src/config/settings.ts';
import { rebuild, type RebuildOptions } from '../../src/program/rebuild.ts';
import { contents, START_SECONDS, worldMessages } from '../pipeline/small-world.ts';
import { fill, shuffled } from '../pipeline/merge/merge-world.ts';

const POLLS = [...worldMessages({ aircraft: 10, polls: 8, intervalSeconds: 60 })];

it(
  'rebuild compares into a table of differences, changes nothing by that, and then makes them so',
  { timeout: 120_000 },
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'contrail-rebuild-command-'));
    onTestFinished(() => rmSync(data, { recursive: true, force: true }));
    await fill(data, shuffled(POLLS).flat(), 60);
    const settings = loadSettings({ DATA_DIR: data, LOG_LEVEL: 'error' });
    const { signal } = new AbortController();
    const all: RebuildOptions = {
      range: { from: null, to: null },
      isDryRun: false,
      compareTo: null,
    };
    const before = await contents(data);
    const folder = join(data, 'differences');
    await rebuild(settings, { ...all, compareTo: folder }, signal);
    expect(await contents(data)).toEqual(before);
    const rows: Readonly<Record<string, unknown>>[] = [];
    for await (const batch of (await (await openTable(folder)).snapshot()).rows()) rows.push(...batch);
    const changed = rows.filter((row) => row['table_name'] === 'silver/flights_ml');
    expect(changed.length).toBeGreaterThan(5);
    for (const { change, column_name, was, now } of changed) {
      expect([change, was === now]).toEqual(['different', false]);
      expect(column_name).toBeTypeOf('string');
    }
    await expect(rebuild(settings, { ...all, compareTo: folder }, signal)).rejects.toMatchObject({
      code: 'differences-exist',
    });
    await expect(
      rebuild(settings, { ...all, range: { from: START_SECONDS, to: START_SECONDS } }, signal),
    ).rejects.toMatchObject({ code: 'range-unreadable' });
    await rebuild(settings, all, signal);
    const after = await contents(data);
    const key = String(changed[0]?.['row_key']).split(' ')[1];
    const column = String(changed[0]?.['column_name']);
    const cell = (tables: typeof after): readonly unknown[] =>
      (tables['silver/flights_ml'] ?? [])
        .filter((row) => row.includes(`"time_position":"${key}n"`))
        .map((row) => (JSON.parse(row) as Record<string, unknown>)[column]);
    expect(cell(after)).not.toEqual(cell(before));
  },
);
