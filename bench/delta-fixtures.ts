/** Tables for the case `delta`: logs like those of a stream of state vectors, written without fsync. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTable, type Row, struct, type StructType } from '@contrail/delta-lake';
import { serializeSchema } from '../libs/delta-lake/src/schema/types.ts';
import { contextOf } from '../libs/delta-lake/src/context/context.ts';
import { writeCheckpoint } from '../libs/delta-lake/src/checkpoint/write.ts';

/** The 18 columns of a state vector. */
export const STATE_VECTOR: StructType = struct({
  icao24: 'string',
  callsign: 'string',
  origin_country: 'string',
  time_position: 'long',
  last_contact: 'long',
  longitude: 'double',
  latitude: 'double',
  baro_altitude: 'double',
  on_ground: 'boolean',
  velocity: 'double',
  true_track: 'double',
  vertical_rate: 'double',
  geo_altitude: 'double',
  squawk: 'string',
  spi: 'boolean',
  position_source: 'integer',
  category: 'integer',
  event_date: 'date',
});

const START = Date.UTC(2026, 10, 1);
const COMMIT_MS = 5_000;

/** Rows of invented traffic; the same for the same arguments. */
export function stateVectors(rows: number, seed: number): Row[] {
  let state = seed >>> 0 || 1;
  const random = (): number => {
    // Marsaglia, "Xorshift RNGs".
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  const round = (value: number, digits: number): number => Number(value.toFixed(digits));
  const time = BigInt(Math.floor(START / 1000) + 10 * seed);
  return Array.from({ length: rows }, (_, i) => ({
    icao24: (0x400000 + i * 7).toString(16),
    callsign: random() < 0.05 ? null : `DLH${i % 1000}`,
    origin_country: ['Germany', 'France', 'Austria', 'Spain'][i % 4] ?? null,
    time_position: time - BigInt(Math.floor(random() * 10)),
    last_contact: time,
    longitude: round(random() * 360 - 180, 4),
    latitude: round(random() * 180 - 90, 4),
    baro_altitude: random() < 0.05 ? null : round(random() * 12_000, 2),
    on_ground: random() < 0.1,
    velocity: round(random() * 280, 2),
    true_track: round(random() * 360, 2),
    vertical_rate: round(random() * 20 - 10, 2),
    geo_altitude: round(random() * 12_000, 2),
    squawk: random() < 0.5 ? null : String(1000 + (i % 7000)),
    spi: false,
    position_source: 0,
    category: i % 20,
    event_date: '2026-11-01',
  }));
}

/** Statistics as the library writes them for such rows. */
const STATISTICS = JSON.stringify({
  numRecords: 10_000,
  minValues: {
    icao24: '400000',
    callsign: 'DLH0',
    origin_country: 'Austria',
    time_position: 1_793_491_190,
    last_contact: 1_793_491_200,
    longitude: -179.9812,
    latitude: -89.9812,
    baro_altitude: 0.12,
    velocity: 0.01,
    true_track: 0.02,
    vertical_rate: -9.99,
    geo_altitude: 0.98,
    squawk: '1000',
    position_source: 0,
    category: 0,
  },
  maxValues: {
    icao24: '411170',
    callsign: 'DLH999',
    origin_country: 'Spain',
    time_position: 1_793_491_200,
    last_contact: 1_793_491_200,
    longitude: 179.9812,
    latitude: 89.9812,
    baro_altitude: 11_999.12,
    velocity: 279.99,
    true_track: 359.98,
    vertical_rate: 9.99,
    geo_altitude: 11_999.98,
    squawk: '7999',
    position_source: 0,
    category: 19,
  },
  nullCount: {
    icao24: 0,
    callsign: 512,
    origin_country: 0,
    time_position: 0,
    last_contact: 0,
    longitude: 0,
    latitude: 0,
    baro_altitude: 498,
    on_ground: 0,
    velocity: 0,
    true_track: 0,
    vertical_rate: 0,
    geo_altitude: 0,
    squawk: 4987,
    spi: 0,
    position_source: 0,
    category: 0,
  },
});

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** The `add` of the file `n` of a stream. */
function addOf(n: number): string {
  const add = {
    path: `event_date=2026-11-01/part-00000-${uuid(n)}-c000.zstd.parquet`,
    partitionValues: { event_date: '2026-11-01' },
    size: 280_000 + (n % 1000),
    modificationTime: START + n * COMMIT_MS,
    dataChange: true,
    stats: STATISTICS,
  };
  return JSON.stringify({ add });
}

function head(): string {
  const metaData = {
    id: uuid(0),
    format: { provider: 'parquet', options: {} },
    schemaString: serializeSchema(STATE_VECTOR),
    partitionColumns: ['event_date'],
    configuration: { 'delta.checkpointInterval': '100' },
    createdTime: START,
  };
  return `${JSON.stringify({ protocol: { minReaderVersion: 1, minWriterVersion: 2 } })}\n${JSON.stringify({ metaData })}\n`;
}

function commitInfo(version: number): string {
  const commitInfo = {
    timestamp: START + version * COMMIT_MS,
    operation: 'STREAMING UPDATE',
    operationParameters: { outputMode: 'Append', queryId: 'contrail/opensky-data', epochId: String(version) },
    readVersion: version - 1,
    isolationLevel: 'Serializable',
    isBlindAppend: true,
    operationMetrics: { numAddedFiles: '1', numRemovedFiles: '0', numOutputRows: '10000' },
    engineInfo: 'contrail-delta-lake/0.1.0',
    txnId: uuid(version),
  };
  return `${JSON.stringify({ commitInfo })}\n`;
}

/** A table whose versions 1 to `commits` each add `filesPerCommit` files; there are no data files. */
export async function makeLog(
  folder: string,
  options: {
    readonly commits: number;
    readonly filesPerCommit: number;
    readonly checkpointAt: number | null;
  },
): Promise<void> {
  const log = join(folder, '_delta_log');
  mkdirSync(log, { recursive: true });
  const write = (version: number, text: string): void =>
    writeFileSync(join(log, `${String(version).padStart(20, '0')}.json`), text);
  write(0, commitInfo(0) + head());
  let file = 0;
  for (let version = 1; version <= options.commits; version++) {
    const txn = { appId: 'contrail/opensky-data', version, lastUpdated: START + version * COMMIT_MS };
    const adds = Array.from({ length: options.filesPerCommit }, () => `${addOf(file++)}\n`);
    write(version, `${commitInfo(version)}${JSON.stringify({ txn })}\n${adds.join('')}`);
  }
  if (options.checkpointAt !== null) {
    const table = await openTable(folder);
    await writeCheckpoint(contextOf(folder), await table.snapshotAt({ version: options.checkpointAt }));
  }
}
