import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type {
  ErrorAnswer,
  ReplayDaysAnswer,
  StatusAnswer,
  VolumeAnswer,
} from '../../../src/dashboard/protocol.ts';
import type { DashboardServer } from '../../../src/dashboard/server.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../../src/lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS } from '../../../src/lake/silver-flights.ts';
import { decodeChunk, type ReplayChunk } from '../../../src/wire/replay-chunk.ts';
import { readAircraft } from '../../../src/wire/units.ts';
import { LakeFixture } from '../lake-fixture.ts';
import { NOW } from '../live/sightings.ts';
import { serverOn } from '../server-on.ts';
import { silverRow } from '../silver-row.ts';

/** A busy machine is no failure. */
const PATIENCE = { timeout: 20_000, interval: 20 };
/** A chunk of the past, aligned. */
const FROM = Math.floor((NOW - 3600) / 300) * 300;
const TO = FROM + 300;

const at = (seconds: number, change: Parameters<typeof silverRow>[0] = {}) =>
  silverRow({ time_position: BigInt(FROM + seconds), last_contact: BigInt(FROM + seconds), ...change });

/** `icao24 seconds` of each report of a chunk. */
function reportsOf(chunk: ReplayChunk): readonly string[] {
  let report = 0;
  return Array.from(chunk.spanColumns.reports, (count, span) => {
    const { icao24 } = readAircraft(chunk.spanColumns, span);
    return Array.from({ length: count }, () => `${icao24} ${chunk.reportColumns.time[report++]}`);
  }).flat();
}

describe('what is replayed', () => {
  let lake: LakeFixture;
  let server: DashboardServer;
  beforeEach(async () => {
    lake = await LakeFixture.create();
    server = await serverOn(lake);
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await lake[Symbol.asyncDispose]();
  });

  const rows = async (table: string): Promise<number | null | undefined> => {
    const status = (await (await fetch(`${server.url}/api/status`)).json()) as StatusAnswer;
    return status.tables.find(({ name }) => name === table)?.rows;
  };
  const append = async (...given: readonly ReturnType<typeof silverRow>[]): Promise<void> => {
    const before = (await rows(SILVER_FLIGHTS.name)) ?? 0;
    await lake.append(SILVER_FLIGHTS, given);
    await vi.waitFor(
      async () => expect(await rows(SILVER_FLIGHTS.name)).toBe(before + given.length),
      PATIENCE,
    );
  };
  const ask = (query = `from=${FROM}&to=${TO}`, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/api/replay?${query}`, { headers });
  const chunk = async (query?: string): Promise<ReplayChunk> => {
    const answer = await ask(query);
    expect(answer.status).toBe(200);
    const decoded = decodeChunk(await answer.arrayBuffer());
    if (decoded === null) throw new Error('not a chunk');
    return decoded;
  };

  it('is all of a stretch, and of each aircraft the last report before it and the first after it', async () => {
    await append(
      ...[-1200, -950, -500, -20, 0, 20, 299, 300, 500, 1201].map((seconds) => at(seconds)),
      at(-30, { icao24: 'bbbbbb' }),
      at(310, { icao24: 'bbbbbb' }),
      at(-901, { icao24: 'cccccc' }),
    );
    expect(reportsOf(await chunk())).toEqual([
      ...[-20, 0, 20, 299, 300].map((seconds) => `aaaaaa ${seconds}`),
      'bbbbbb -30',
      'bbbbbb 310',
    ]);
  });

  it('has values, names and nulls as Silver has them; of two rows of one moment the later contact counts', async () => {
    await append(
      at(10, { squawk: '7700', altitude_m: null, callsign: 'OLD' }),
      at(10, { squawk: '7700', altitude_m: null, last_contact: BigInt(FROM + 12) }),
      at(20, { source: 'roof', on_ground: true }),
    );
    const found = await chunk();
    expect(found).toMatchObject({
      from: FROM,
      to: TO,
      until: TO,
      step: 1,
      cut: false,
      countries: ['Germany'],
      feeds: ['simulator', 'roof'],
      spans: 2,
    });
    expect(readAircraft(found.spanColumns, 0)).toMatchObject({
      icao24: 'aaaaaa',
      callsign: 'DLH4AB',
      squawk: '7700',
      altitude_m: null,
      velocity: 240,
      country: 0,
      feed: 0,
    });
    expect(readAircraft(found.spanColumns, 1)).toMatchObject({ on_ground: true, squawk: '1000', feed: 1 });
  });

  it('leaves out rows that are dated after now', async () => {
    const from = Math.floor(NOW / 300) * 300;
    await append(silverRow(), silverRow({ icao24: 'bbbbbb', time_position: BigInt(NOW + 100) }));
    const found = await chunk(`from=${from}&to=${from + 300}`);
    expect(reportsOf(found)).toEqual([`aaaaaa ${NOW - from}`]);
    expect(found.until).toBe(NOW + 2);
  });

  it('of an empty stretch, and of one long before the lake, is a chunk without aircraft', async () => {
    await append(silverRow());
    expect(await chunk()).toMatchObject({ spans: 0, reports: 0 });
    expect(await chunk('from=300&to=600')).toMatchObject({ spans: 0, reports: 0 });
  });

  it('keeps its tag while its files stay, whatever else is committed, and has another one with a late row', async () => {
    await append(at(10));
    const tag = (await ask()).headers.get('etag') ?? '';
    await append(silverRow());
    expect((await ask(undefined, { 'if-none-match': tag })).status).toBe(304);
    await append(at(20));
    const answer = await ask(undefined, { 'if-none-match': tag });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).not.toBe(tag);
  });

  it('is compressed for those who accept that', async () => {
    await append(at(10));
    const zipped = await ask(undefined, { 'accept-encoding': 'gzip' });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    const plain = await ask(undefined, { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(new Uint8Array(await plain.arrayBuffer())).toEqual(new Uint8Array(await zipped.arrayBuffer()));
  });

  it('says in words what is wrong: no table, rows that another program deleted, no stretch of time', async () => {
    const refusal = async (query?: string): Promise<[number, string]> => {
      const answer = await ask(query);
      return [answer.status, ((await answer.json()) as ErrorAnswer).error.message];
    };
    expect(await refusal()).toEqual([404, expect.stringContaining('no table silver/flights yet')]);
    expect(await refusal('from=600&to=300')).toEqual([400, expect.stringContaining('no stretch of time')]);
    expect(await refusal(`from=0&to=901`)).toEqual([400, expect.stringContaining('1 to 900 seconds')]);
    expect(await refusal('from=x&to=300')).toEqual([400, expect.stringContaining('not a whole number')]);
    await append(at(10), at(20));
    // The chunk is kept from here on.
    const { headers } = await ask();
    await lake.deleteByVector(SILVER_FLIGHTS, [1]);
    await vi.waitFor(
      async () => expect(await refusal()).toEqual([501, expect.stringContaining('deletion vectors')]),
      PATIENCE,
    );
    expect((await ask(undefined, { 'If-None-Match': headers.get('etag') ?? '' })).status).toBe(501);
    const days = (await (await fetch(`${server.url}/api/replay/days`)).json()) as ReplayDaysAnswer;
    expect(days.refusal).toContain('deletion vectors');
  });

  it('is read beside the live picture, which comes while the past waits for its engine', async () => {
    await server[Symbol.asyncDispose]();
    const opening = Promise.withResolvers<void>();
    server = await serverOn(lake, {
      openReplayEngine: async () => {
        await opening.promise;
        return lake.openEngine();
      },
    });
    await append(at(10));
    const past = ask();
    await append(silverRow());
    await vi.waitFor(async () => {
      const status = (await (await fetch(`${server.url}/api/status`)).json()) as StatusAnswer;
      expect(status.event_time).toBe(NOW);
    }, PATIENCE);
    opening.resolve();
    expect((await past).status).toBe(200);
  });

  it('has the days that Silver holds, and the volume that Gold counted', async () => {
    const json = async <T>(path: string): Promise<T> => (await fetch(server.url + path)).json() as Promise<T>;
    expect(await json<ReplayDaysAnswer>('/api/replay/days')).toMatchObject({ version: null, days: [] });
    await append(at(10, { event_date: '2023-11-13', time_position: BigInt(FROM - 86_400) }), at(20), at(30));
    expect((await json<ReplayDaysAnswer>('/api/replay/days')).days).toEqual([
      { day: '2023-11-13', rows: 1, first: FROM - 86_400, last: FROM - 86_400 },
      { day: '2023-11-14', rows: 2, first: FROM + 20, last: FROM + 30 },
    ]);
    const window = (start: number, origin_country: string, flight_count: bigint) => ({
      window_start: BigInt(start) * 1_000_000n,
      window_end: BigInt(start + 300) * 1_000_000n,
      origin_country,
      flight_count,
      record_count: 10n * flight_count,
    });
    await lake.append(GOLD_TRAFFIC_BY_COUNTRY, [
      window(FROM, 'Germany', 3n),
      window(FROM, 'France', 4n),
      window(FROM + 300, 'France', 5n),
      window(FROM + 600, 'France', 6n),
    ]);
    await vi.waitFor(async () => {
      const volume = await json<VolumeAnswer>(`/api/replay/volume?from=${FROM}&to=${FROM + 600}`);
      expect(volume.rows).toEqual([
        [FROM, 7, 70],
        [FROM + 300, 5, 50],
      ]);
    }, PATIENCE);
  });
});
