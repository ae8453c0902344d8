import { describe, expect, test } from 'vitest';
import { ingest } from '../../../src/ingest/ingest.ts';
import { type MockBucket, OpenSkyMock } from '../../../src/ingest/mock/opensky.ts';
import { OPENSKY_FAULTS, type OpenSkyFault } from '../../../src/ingest/mock/opensky-faults.ts';
import { BUCKETS, type Bucket } from '../../../src/ingest/opensky/credits.ts';
import { CREDIT_MODES, slowMs } from '../../../src/ingest/opensky/governor.ts';
import { type OpenSkyOptions, OpenSkySource } from '../../../src/ingest/opensky/opensky-source.ts';
import type { PollOptions, SourceState } from '../../../src/ingest/source.ts';
import { fakeWorld } from '../fake-world.ts';
import { ListTopic } from '../list-topic.ts';
import { unpacked } from '../unpacked.ts';
import { fetchOf, MOCK_URLS } from '../mock-fetch.ts';
import { ROW } from '../mock-opensky.ts';

const CLIENT = { id: 'someone-api-client', secret: 'not-a-real-secret' };
const CREDENTIALS = { clientId: CLIENT.id, clientSecret: { reveal: () => CLIENT.secret } };
const MIDNIGHT = Date.parse('2026-11-23T00:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** When polls came, and of what time they were, epoch ms. */
interface Came {
  readonly atMs: number;
  readonly feedMs: number;
}

interface Life {
  readonly came: readonly Came[];
  readonly states: readonly SourceState[];
  readonly mock: OpenSkyMock;
}

/** Lets a source live from a moment on, with somebody who looks for a while. */
async function live(
  bucket: Bucket,
  {
    start = '2026-11-23T00:00:00Z',
    ms = DAY + HOUR,
    watched = [],
    serverAheadMs = 0,
    ...options
  }: OpenSkyOptions & {
    readonly start?: string;
    readonly ms?: number;
    readonly watched?: readonly (readonly [from: number, to: number])[];
    readonly serverAheadMs?: number;
  },
): Promise<Life> {
  const world = fakeWorld(start);
  const account: MockBucket = BUCKETS[bucket];
  const serverClock = () => world.clock() + serverAheadMs;
  const mock = new OpenSkyMock({
    clock: serverClock,
    rows: () => [ROW],
    client: CLIENT,
    buckets: { anonymous: BUCKETS.anonymous, account },
  });
  const credentials = bucket === 'anonymous' ? null : CREDENTIALS;
  const components = { ...world, fetch: fetchOf(mock, world, { serverClock }) };
  const source = new OpenSkySource({ ...MOCK_URLS, credentials, ...options }, components);
  const [came, states]: [Came[], SourceState[]] = [[], []];
  const endMs = world.clock() + ms;
  const stop = new AbortController();
  const polls: PollOptions = {
    signal: stop.signal,
    onState: (state) => states.push(state),
    isWatched: () => watched.some(([from, to]) => world.clock() >= from && world.clock() < to),
    whenReady: async () => (world.clock() >= endMs ? stop.abort() : undefined),
  };
  for await (const poll of source.polls(polls)) {
    const time = unpacked(poll).vectors[0]?.snapshot_time;
    came.push({ atMs: world.clock(), feedMs: (time ?? 0) * 1000 });
  }
  return { came, states, mock };
}

/** The longest time from poll to poll, ms; an answer takes 0.4 s. */
const longestGap = (came: readonly Came[]): number =>
  Math.max(...came.slice(1).map(({ atMs }, index) => atMs - (came[index]?.atMs ?? 0)));

/** The age of the newest position, every second of a while; the 95th percentile, ms. */
function ageOfPositions(came: readonly Came[], from: number, to: number): number {
  const ages: number[] = [];
  for (let nowMs = from; nowMs < to; nowMs += 1_000) {
    const newest = came.findLast(({ atMs }) => atMs <= nowMs);
    ages.push(nowMs - (newest?.feedMs ?? -Infinity));
  }
  return ages.toSorted((a, b) => a - b)[Math.floor(ages.length * 0.95)] ?? Infinity;
}

test.each([
  ['behind', -90_000],
  ['ahead of', 90_000],
])(
  "OpenSky's clock is %s ours, and the refill is by its clock: no request is refused",
  async (_, serverAheadMs) => {
    for (const credits of CREDIT_MODES) {
      const { mock, came } = await live('anonymous', { credits, serverAheadMs, ms: 2 * DAY });
      expect(mock.limited).toBe(0);
      expect(came.length).toBeGreaterThan(95);
    }
  },
);

const SESSION = [MIDNIGHT + 18 * HOUR, MIDNIGHT + 18.5 * HOUR] as const;

describe.each<Bucket>(['anonymous', 'standard', 'feeder', 'licensed'])('a day of a %s account', (bucket) => {
  test.each(CREDIT_MODES)(
    'that spends as %s is never overspent nor refused, nor dark for longer than the even pace',
    async (credits) => {
      // An hour of a licensed account is as any other.
      const ms = bucket === 'licensed' ? 2.5 * HOUR : DAY + HOUR;
      const { came, states, mock } = await live(bucket, { credits, ms, watched: [SESSION] });
      expect(mock.limited).toBe(0);
      expect(states.every(({ kind }) => kind === 'ok' || kind === 'waiting')).toBe(true);
      const gridMs = bucket === 'anonymous' ? 10_000 : 5_000;
      const paceMs = Math.max(gridMs, slowMs(credits, { bucket }, 4));
      expect(longestGap(came)).toBeLessThanOrEqual(paceMs + 3_000 + 1_000);
      const tooSoon = came.slice(1).filter(({ feedMs }, index) => feedMs === came[index]?.feedMs);
      expect(tooSoon).toEqual([]);
      const last = states.at(-1);
      expect(last?.next_poll_at_ms).toBeGreaterThan(came.at(-1)?.atMs ?? Infinity);
      expect(last?.credits_left).toBeGreaterThanOrEqual(0);
    },
  );
});

describe('a person who looks for half an hour without an account', () => {
  const watched = [SESSION];
  const ages = async (options: Parameters<typeof live>[1]) => {
    const { came, mock } = await live('anonymous', { ms: DAY, watched, ...options });
    expect(mock.limited).toBe(0);
    return ageOfPositions(came, SESSION[0] + 60_000, SESSION[1]);
  };

  test('sees positions of the last minute where the program began at noon', async () => {
    expect(await ages({ start: '2026-11-23T12:00:00Z' })).toBeLessThanOrEqual(60_000);
  });

  test('sees them too where it has begun just then', async () => {
    expect(await ages({ start: '2026-11-23T18:00:00Z', ms: HOUR })).toBeLessThanOrEqual(60_000);
  });

  test('sees them on any day with CREDITS=save', async () => {
    expect(await ages({ credits: 'save' })).toBeLessThanOrEqual(60_000);
  });

  test('sees them as often as the even pace allows where the day needs all its credits', async () => {
    expect(await ages({})).toBeLessThanOrEqual(864_000 + 11_000);
    expect(await ages({ credits: 'even', start: '2026-11-23T12:00:00Z' })).toBeLessThanOrEqual(
      432_000 + 11_000,
    );
  });

  test('is noticed within seconds', async () => {
    const { came } = await live('anonymous', { start: '2026-11-23T17:00:00Z', ms: 2 * HOUR, watched });
    const first = came.find(({ atMs }) => atMs > SESSION[0]);
    expect((first?.atMs ?? Infinity) - SESSION[0]).toBeLessThan(5_000);
  });

  test('is told at once when the next poll comes, also where it cannot come yet', async () => {
    const start = '2026-11-23T18:00:00Z';
    const begin = Date.parse(start);
    const looks = [[begin + 10_000, begin + HOUR]] as const;
    const { states } = await live('anonymous', { start, ms: 50_000, watched: looks });
    const next = states.slice(0, 2).map(({ next_poll_at_ms = 0 }) => (next_poll_at_ms - begin) / 1000);
    expect(next).toEqual([864, 45]);
  });
});

const NAMES = Object.keys(OPENSKY_FAULTS) as OpenSkyFault[];
const isRefusal = (fault: OpenSkyFault): boolean => OPENSKY_FAULTS[fault][1].kind === 'status';

describe('faults, one in 20 of 10,000 polls', () => {
  test('are all survived: the counters add up, no vector is lost or doubled', async () => {
    const world = fakeWorld('2026-11-23T00:00:00Z');
    let number = 0;
    const rows = () => [ROW.with(0, (number += 1).toString(16).padStart(6, '0')), ROW.with(0, 'ffffff')];
    const mock = new OpenSkyMock({
      clock: world.clock,
      rows,
      client: CLIENT,
      buckets: { anonymous: BUCKETS.anonymous, account: { credits: 900_000, periodMs: HOUR } },
    });
    let asked = 0;
    const faults: OpenSkyFault[] = [];
    const faultOf = (): OpenSkyFault | null => {
      asked += 1;
      if (asked % 20 !== 0) return null;
      const fault = NAMES[(asked / 20) % NAMES.length] ?? null;
      if (fault !== null) faults.push(fault);
      return fault;
    };
    /** What the mock has sent whole: the rows of each answer that was not refused, torn or slow. */
    const sent: string[] = [];
    const onStates = (body: string): void => {
      const states = /^\{"time".*\}$/.test(body)
        ? (JSON.parse(body) as { states: string[][] | null }).states
        : [];
      for (const row of states ?? []) if (row[0] !== 'ffffff') sent.push(String(row[0]));
    };
    const source = new OpenSkySource(
      { ...MOCK_URLS, credentials: CREDENTIALS },
      { ...world, fetch: fetchOf(mock, world, { faultOf, onStates }) },
    );
    const topic = new ListTopic();
    let last: SourceState | null = null;
    const failed: SourceState[] = [];
    await ingest(source, topic, {
      clock: world.clock,
      maxPolls: 10_000,
      onState: (state) => {
        last = state;
        if (state.retry_at_ms !== undefined) failed.push(state);
      },
    });

    const keys = topic.messages.map(({ key }) => String(key)).filter((key) => key !== 'ffffff');
    expect(keys).toEqual(sent);

    const { counters = {} } = last ?? ({} as SourceState);
    const of = (names: readonly string[]) => names.reduce((sum, name) => sum + (counters[name] ?? 0), 0);
    const had = (...kinds: readonly OpenSkyFault[]) => faults.filter((fault) => kinds.includes(fault)).length;
    // A 401 renews the token and is asked again within the same request.
    const refusals = [403, 429, 500, 502, 503].map((code) => `status_${code}`);
    const failures = [...refusals, 'unreadable', 'timeout'];
    expect(counters['requests']).toBe(asked - had('unauthorized-once'));
    expect(counters['requests']).toBe(of(['answers', ...failures]));
    expect(of(failures)).toBe(
      had('truncated', 'web-page', 'slow') +
        faults.filter((fault) => isRefusal(fault)).length -
        had('unauthorized-once'),
    );
    expect(failed.length).toBe(of(failures));
    expect(counters).toMatchObject({
      answers: 10_000,
      polls: 10_000,
      vectors: topic.messages.length,
      status_403: had('forbidden-403'),
      status_429: had('rate-limited'),
      status_500: had('error-page-500'),
      status_502: had('bad-gateway-502'),
      status_503: had('busy-503'),
      unreadable: had('truncated', 'web-page'),
      timeout: had('slow'),
      tokens_refused: had('unauthorized-once'),
      rows_without_category: 2 * had('fields-17'),
      rows_longer: 2 * had('fields-19'),
      rows_odd_category: 2 * had('category-minus-1'),
      rows_doubled: 2 * had('doubled'),
      polls_empty: had('states-null', 'states-missing'),
      polls_late: had('behind-60-s'),
    });
  });
});
