/** Archives of a small world, and backfills of them into the lake below a folder. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { countryOfAddress } from '../../../src/flight/address-blocks.ts';
import type { StateVector } from '../../../src/flight/state-vector.ts';
import { type ArchiveFile, findArchives } from '../../../src/ingest/archive/files.ts';
import { COLUMNS } from '../../../src/ingest/archive/to-state-vector.ts';
import { simulate } from '../../../src/ingest/simulator/simulate.ts';
import {
  type ArchiveReport,
  type BackfillParts,
  runBackfill,
} from '../../../src/program/backfill/run-backfill.ts';
import type { Message } from '../../../src/topic/topic.ts';
import { airports } from '../../ingest/airports.ts';
import {
  FEW_AIRPORTS,
  openEngine,
  openLake,
  START_SECONDS,
  tickingClock,
} from '../../pipeline/small-world.ts';

/** Polls of simulated aircraft that pass for real ones: as OpenSky sends them, and as its archive has them. */
export const POLLS: readonly (readonly StateVector[])[] = Array.from(
  simulate({ aircraft: 12, polls: 12, intervalSeconds: 60, seed: 7, airports }),
  (vectors) =>
    vectors
      .filter(({ time_position, longitude }) => time_position !== null && longitude !== null)
      .map((vector) => ({ ...vector, feed: 'opensky' as const })),
);

/** What OpenSky's archive says of a vector: nothing of its category, and the country by its address. */
export const archived = (vector: StateVector): StateVector => ({
  ...vector,
  category: null,
  origin_country: countryOfAddress(vector.icao24),
  position_source: 0,
  sensors: null,
  feed: 'archive',
});

/** Polls as messages of a live source. */
export const live = (polls: readonly (readonly StateVector[])[]): readonly Message[] =>
  polls.flatMap((vectors) =>
    vectors.map((vector) => ({
      key: vector.icao24,
      value: JSON.stringify(vector),
      timestamp_ms: (vector.snapshot_time ?? START_SECONDS) * 1000,
    })),
  );

/** Polls as OpenSky's CSV, with a row without a time, one at an impossible place and one that is none among them. */
export function csv(polls: readonly (readonly StateVector[])[]): string {
  const lines = polls.flatMap((vectors) => vectors.map(lineOf));
  const [first] = polls.flat();
  if (first === undefined) return `${COLUMNS.join(',')}\n`;
  const odd = [
    lineOf({ ...first, time_position: null, last_contact: (first.last_contact ?? 0) + 7 }),
    lineOf({ ...first, latitude: 91 }),
    'no row at all',
  ];
  return [COLUMNS.join(','), ...odd, ...lines, ''].join('\n');
}

const lineOf = (vector: StateVector): string =>
  [
    vector.snapshot_time,
    vector.icao24,
    vector.latitude,
    vector.longitude,
    vector.velocity,
    vector.true_track,
    vector.vertical_rate,
    vector.callsign,
    vector.on_ground,
    false,
    vector.spi,
    vector.squawk,
    vector.baro_altitude,
    vector.geo_altitude,
    vector.time_position,
    vector.last_contact,
  ]
    .map((cell) => cell ?? '')
    .join(',');

/** Runs a backfill over the lake below `directory`, as after a start of the program. */
export async function backfill(
  directory: string,
  paths: readonly string[],
  options: Partial<BackfillParts> = {},
): Promise<readonly ArchiveReport[]> {
  const files: ArchiveFile[] = [];
  for (const path of paths) files.push(...(await findArchives(path)));
  await using engine = await openEngine(directory);
  const local = join(directory, 'temporary', 'backfill');
  return await runBackfill({
    lake: openLake(directory),
    engine,
    stagingEngine: engine,
    place: {
      folder: join(local, 'staged'),
      local,
      clear: () => rm(local, { recursive: true, force: true }),
    },
    files,
    airports: FEW_AIRPORTS,
    clock: tickingClock(),
    signal: new AbortController().signal,
    untilRoom: async () => undefined,
    sliceRows: 1_000_000,
    onUpkeepTrouble: (error) => {
      throw error;
    },
    ...options,
  });
}
