/** Merges over the lakes of small worlds, and what they are compared by. */
import { MESSAGE_COLUMNS } from '../../../src/engine/engine.ts';
import { FIRST_ARCHIVE_PARTITION } from '../../../src/lake/bronze-flights.ts';
import type { Value } from '../../../src/lake/column.ts';
import type { Additions } from '../../../src/pipeline/merge/additions.ts';
import { runMerge, type MergeOptions, type MergeOutcome } from '../../../src/pipeline/merge/merge.ts';
import type { Message } from '../../../src/topic/topic.ts';
import {
  contents,
  FEW_AIRPORTS,
  fillTopic,
  openEngine,
  openLake,
  run,
  tickingClock,
} from '../small-world.ts';

/** Runs `rebuild` over the lake below `directory`, as after a start of the program. */
export async function rebuild(directory: string, options: Partial<MergeOptions> = {}): Promise<MergeOutcome> {
  const engine = options.engine ?? (await openEngine(directory));
  try {
    return await runMerge({
      lake: openLake(directory),
      airports: FEW_AIRPORTS,
      clock: tickingClock(),
      command: 'rebuild',
      range: { from: null, to: null },
      sliceRows: 1_000_000,
      work: (newest) => `rebuild after micro-batch ${newest}`,
      onUpkeepTrouble: (error) => {
        throw error;
      },
      ...options,
      engine,
    });
  } finally {
    if (options.engine === undefined) await engine[Symbol.asyncDispose]();
  }
}

/** Fills a lake with messages that come in this order. */
export async function fill(directory: string, messages: readonly Message[], maxRows = 400): Promise<void> {
  await fillTopic(directory, messages);
  await run(directory, { maxRows });
}

/** The columns that say how a row came, not what it says. */
const ARRIVAL = ['ingested_at', 'topic_partition', 'topic_offset', 'ingest_date'];

/** The rows of all tables as they would be however they came: sorted, without the columns that say how they came. */
export async function said(directory: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables = await contents(directory);
  return Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [
      name,
      rows
        .map((row) => {
          const cells = JSON.parse(row) as Record<string, unknown>;
          for (const column of ARRIVAL) delete cells[column];
          return JSON.stringify(cells);
        })
        .sort(),
    ]),
  );
}

/** The same messages in an order that depends on nothing but their number. */
export function shuffled<T>(items: readonly T[], seed = 7): readonly T[] {
  let state = seed;
  const result = [...items];
  for (let index = result.length - 1; index > 0; index -= 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = state % (index + 1);
    [result[index], result[other]] = [result[other] as T, result[index] as T];
  }
  return result;
}

/**
 * Leaves out what repeats a Silver key and says something else: which of the two is in Silver depends on which came first.
 * True repetitions stay.
 */
export function withOneRowOfEachKey(polls: readonly (readonly Message[])[]): readonly (readonly Message[])[] {
  const first = new Map<string, string>();
  return polls.map((messages) =>
    messages.filter(({ value }) => {
      if (typeof value !== 'string' || value.includes('broken')) return true;
      const fields = JSON.parse(value) as Record<string, unknown>;
      if (fields['longitude'] === null || fields['latitude'] === 91) return true;
      const icao24 = String(fields['icao24']).toLowerCase();
      const key = `${icao24} ${String(fields['time_position'])} ${String(fields['last_contact'])}`;
      const said = JSON.stringify({ ...fields, icao24 });
      const known = first.get(key) ?? said;
      first.set(key, known);
      return known === said;
    }),
  );
}

/** Rows to add that say what these messages say, as if they came from an archive. */
export function additionsOf(messages: readonly Message[]): Additions {
  const rows = messages.map(({ value, timestamp_ms }, index) => {
    const fields = JSON.parse(String(value)) as Record<string, unknown>;
    return Object.fromEntries(
      MESSAGE_COLUMNS.map(({ name, type }) => {
        const given = fields[name] ?? null;
        return [name, (type === 'long' && typeof given === 'number' ? BigInt(given) : given) as Value];
      }).concat([
        ['ingested_at', BigInt(timestamp_ms) * 1000n],
        ['topic_partition', FIRST_ARCHIVE_PARTITION],
        ['topic_offset', BigInt(index)],
      ]),
    );
  });
  return { relation: { kind: 'rows', columns: MESSAGE_COLUMNS, rows }, simulated: true };
}
