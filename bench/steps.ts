/** The steps of the case `chain`, each run by `runStep` in a process of its own: `steps.ts NAME JSON`. */
import { DuckDBInstance } from '@duckdb/node-api';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { localStore } from '@contrail/delta-lake';
import { DuckdbEngine } from '../app/src/engine/duckdb/engine.ts';
import { encodeStateVector } from '../app/src/flight/state-vector.ts';
import { DEFAULT_START_SECONDS, simulate } from '../app/src/ingest/simulator/simulate.ts';
import { Lake } from '../app/src/lake/lake.ts';
import { runPipeline } from '../app/src/pipeline/pipeline.ts';
import { loadAirports } from '../app/src/program/airports.ts';
import { EmbeddedTopic } from '../app/src/topic/embedded/embedded-topic.ts';
import type { ChainOptions, ChainResult } from './chain.ts';
import { type Cost, measure } from './child.ts';

interface StepOptions extends ChainOptions {
  readonly folder: string;
}

const AIRCRAFT = 10_000;
const SEED = 7;
const INTERVAL_SECONDS = 10;
const clock = (): number => Date.now();
/** Finer than a millisecond, for the times by table. */
const fineClock = (): number => performance.timeOrigin + performance.now();

const airports = loadAirports();
const openTopic = (folder: string): Promise<EmbeddedTopic> =>
  EmbeddedTopic.open({
    directory: join(folder, 'topic'),
    name: 'opensky-data',
    partitions: 4,
    clock,
    retention: { maxAgeMs: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER },
  });

/**
 * Writes the input twice: into a topic and as NDJSON. The time of receipt is the simulation's, so that every row is
 * plausible.
 */
async function fill({ folder, rows }: StepOptions): Promise<null> {
  await using topic = await openTopic(folder);
  const file = createWriteStream(join(folder, 'messages.ndjson'));
  const polls = simulate({
    aircraft: AIRCRAFT,
    polls: Math.ceil(rows / AIRCRAFT),
    intervalSeconds: INTERVAL_SECONDS,
    seed: SEED,
    airports,
  });
  let poll = 0;
  let left = rows;
  for (const vectors of polls) {
    const timestamp_ms = (DEFAULT_START_SECONDS + poll * INTERVAL_SECONDS) * 1000;
    const messages = vectors
      .slice(0, left)
      .map((vector) => ({ key: vector.icao24, value: encodeStateVector(vector), timestamp_ms }));
    await topic.append(messages);
    const text = `${messages.map(({ value }) => value).join('\n')}\n`;
    if (!file.write(text)) await once(file, 'drain');
    left -= messages.length;
    poll += 1;
  }
  file.end();
  await once(file, 'close');
  return null;
}

const COLUMNS = `{
  icao24: 'varchar', callsign: 'varchar', origin_country: 'varchar', time_position: 'bigint', last_contact: 'bigint',
  longitude: 'double', latitude: 'double', baro_altitude: 'double', on_ground: 'boolean', velocity: 'double',
  true_track: 'double', vertical_rate: 'double', sensors: 'integer[]', geo_altitude: 'double', squawk: 'varchar',
  spi: 'boolean', position_source: 'integer', category: 'integer', snapshot_time: 'bigint', feed: 'varchar'
}`;

async function floor({ folder, threads }: StepOptions): Promise<Cost> {
  const path = (name: string): string => `'${join(folder, name).replaceAll("'", "''")}'`;
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: '256MB',
    temp_directory: join(folder, 'floor-tmp'),
  });
  const connection = await instance.connect();
  const { cost } = await measure(() =>
    connection.run(
      `copy (select * from read_json(${path('messages.ndjson')}, format = 'newline_delimited', columns = ${COLUMNS}))
       to ${path('floor.parquet')} (format parquet, compression zstd)`,
    ),
  );
  connection.closeSync();
  instance.closeSync();
  return cost;
}

async function chain({ folder, batchRows, threads }: StepOptions): Promise<ChainResult> {
  const byTable: Record<string, number> = {};
  let silverRows = 0;
  const { value, cost } = await measure(async () => {
    await using topic = await openTopic(folder);
    await using engine = await DuckdbEngine.open({
      memoryLimit: '256MB',
      threads,
      temporaryFolder: join(folder, 'tmp'),
    });
    return await runPipeline({
      lake: new Lake(localStore(join(folder, 'lake')), clock),
      engine,
      topic,
      airports,
      clock: fineClock,
      maxRows: batchRows,
      triggerMs: 1_000,
      once: true,
      onBatch: (batch) => {
        silverRows += batch.rows_silver;
        for (const [name, ms] of Object.entries(batch.duration_by_table_ms))
          byTable[name] = (byTable[name] ?? 0) + ms;
      },
    });
  });
  return {
    ...value,
    silver_rows: silverRows,
    cost,
    ms_by_table: Object.fromEntries(Object.entries(byTable).map(([name, ms]) => [name, Math.round(ms)])),
  };
}

const STEPS: Readonly<Record<string, (options: StepOptions) => Promise<unknown>>> = { fill, floor, chain };
const [name = '', argument = ''] = process.argv.slice(2);
const step = STEPS[name];
if (step === undefined) throw new RangeError(`There is no step "${name}".`);
process.stdout.write(JSON.stringify(await step(JSON.parse(argument) as StepOptions)));
