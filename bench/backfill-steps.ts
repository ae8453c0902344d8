/** The steps of `backfill.ts`, each in a process of its own. */
import { localStore } from '@contrail/delta-lake';
import { appendFile, copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckdbEngine } from '../app/src/engine/duckdb/engine.ts';
import { findArchives } from '../app/src/ingest/archive/files.ts';
import { Lake } from '../app/src/lake/lake.ts';
import { SLICE_ROWS } from '../app/src/pipeline/merge/merge.ts';
import { loadAirports } from '../app/src/program/airports.ts';
import { runBackfill } from '../app/src/program/backfill/run-backfill.ts';
import { writeArchiveHour } from './archive-hour.ts';
import { type Cost, measure, round } from './child.ts';

/** 2021-10-17T12:00:00Z: the hour after the recorded answer. */
const FROM_SECONDS = 1_634_472_000;

/** The result of the step `backfill`. */
export interface BackfillResult {
  readonly rows: number;
  readonly taken: number;
  readonly duplicates: number;
  /** From the file to staged rows. */
  readonly staging_s: number;
  /** From staged rows to written files of Bronze, all slices together. */
  readonly bronze_s: number;
  readonly cost: Cost;
}

const [step = '', text = '{}'] = process.argv.slice(2);
const argument = JSON.parse(text) as Readonly<Record<string, string | number>>;
const steps: Readonly<Record<string, () => Promise<unknown>>> = { make, copy, backfill };
process.stdout.write(JSON.stringify((await steps[step]?.()) ?? null));

async function make(): Promise<void> {
  const { recording, archive, rows } = argument;
  await writeArchiveHour(String(recording), String(archive), {
    rows: Number(rows),
    fromSeconds: FROM_SECONDS,
  });
}

async function copy(): Promise<void> {
  const { archive, copy: to, more } = argument;
  await copyFile(String(archive), String(to));
  if (more === 1)
    await appendFile(
      String(to),
      `${FROM_SECONDS},4ca2d6,51.4,-1.02,189.1,138.6,0,ONE     ,False,False,False,,1000,1000,${FROM_SECONDS},${FROM_SECONDS}\n`,
    );
}

async function backfill(): Promise<BackfillResult> {
  const folder = String(argument['folder']);
  const local = join(folder, 'staging');
  await using engine = await DuckdbEngine.open({
    memoryLimit: '1GB',
    threads: 1,
    temporaryFolder: join(folder, 'tmp'),
  });
  const files = await findArchives(String(argument['archive']));
  const began = performance.now();
  let [staging, bronze, since] = [0, 0, 0];
  const { value, cost } = await measure(() =>
    runBackfill({
      lake: new Lake(localStore(join(folder, 'lake')), Date.now),
      engine,
      stagingEngine: engine,
      place: {
        folder: join(local, 'staged'),
        local,
        clear: () => rm(local, { recursive: true, force: true }),
      },
      files,
      airports: loadAirports(),
      clock: Date.now,
      signal: new AbortController().signal,
      untilRoom: async () => undefined,
      sliceRows: SLICE_ROWS,
      onPoint: (point) => {
        const now = performance.now();
        if (point === 'staged') staging = now - began;
        if (point === 'written bronze/flights') bronze += now - since;
        if (point === 'staged' || point === 'finished') since = now;
      },
    }),
  );
  const [report] = value;
  return {
    rows: report?.rows ?? 0,
    taken: report?.taken ?? 0,
    duplicates: report?.quarantined['duplicate'] ?? 0,
    staging_s: round(staging / 1000, 3),
    bronze_s: round(bronze / 1000, 3),
    cost,
  };
}
