import { describe, expect, test } from 'vitest';
import { AdsbxSource, type AdsbxOptions } from '../../../src/ingest/adsbx/adsbx-source.ts';
import { askOverHttp } from '../../../src/program/ask-over-http.ts';
import type { AllTurns } from '../../../src/ingest/adsbx/turns.ts';
import type { Poll, SourceState } from '../../../src/ingest/source.ts';
import { type FakeWorld, fakeWorld } from '../fake-world.ts';
import { MockReceiver, type Page } from '../mock-receiver.ts';
import { AIRBORNE, TAXIING } from '../readsb/answers.ts';

const START = '2026-11-23T12:00:00Z';
const START_MS = Date.parse(START);

interface Setting extends AsyncDisposable {
  readonly world: FakeWorld;
  readonly mock: MockReceiver;
  /** When requests came, ms since the start. */
  times(): readonly number[];
  area(form: 'adsblol' | 'adsbfi' | 'airplaneslive', text: string, options?: AdsbxOptions): AdsbxSource;
  url(path: string, options?: AdsbxOptions): AdsbxSource;
}

async function setting(page: (url: URL, now: number) => string): Promise<Setting> {
  const world = fakeWorld(START);
  const pages: Record<string, Page> = { '/*': (url) => page(url, world.clock()) };
  const mock = await MockReceiver.start(pages, world.clock);
  const components = { ...world, fetch: askOverHttp };
  return {
    world,
    mock,
    times: () => mock.requests.map(({ atMs }) => atMs - START_MS),
    area: (form, text, options = {}) =>
      AdsbxSource.ofArea(form, text, { origin: mock.origin, ...options }, components),
    url: (path, options = {}) => AdsbxSource.ofUrl(mock.origin + path, options, components) as AdsbxSource,
    [Symbol.asyncDispose]: () => mock[Symbol.asyncDispose](),
  };
}

const answer = (now: number, ac: readonly unknown[] = [AIRBORNE, TAXIING]): string =>
  JSON.stringify({ ac, msg: 'No error', now, total: ac.length, ctime: now, ptime: 0 });

/** Polls until there are so many states. */
async function watch(source: AdsbxSource, count: number): Promise<{ states: SourceState[]; polls: Poll[] }> {
  const stop = new AbortController();
  const states: SourceState[] = [];
  const polls: Poll[] = [];
  const onState = (state: SourceState): void => {
    states.push(state);
    if (states.length === count) stop.abort();
  };
  for await (const poll of source.polls({ signal: stop.signal, onState })) polls.push(poll);
  return { states, polls };
}

const addressesOf = (poll: Poll | undefined): readonly (string | null)[] =>
  poll?.kind === 'vectors' ? poll.vectors.map(({ icao24 }) => icao24) : [];

describe('a service that is asked for an area', () => {
  test.each([
    ['adsblol', '/v2/point/52.3/4.8/100', 6000],
    ['adsbfi', '/api/v2/lat/52.3/lon/4.8/dist/100', 1000],
    ['airplaneslive', '/v2/point/52.3/4.8/100', 1000],
  ] as const)(
    '%s is asked at %s, says who asks, and not more often than it allows',
    async (form, path, pace) => {
      await using it = await setting((_, now) => answer(now));
      const { states, polls } = await watch(it.area(form, '52.3,4.8,100', { userAgent: 'test/1' }), 3);
      expect(it.mock.requests.map(({ url }) => url.pathname)).toEqual([path, path, path]);
      expect(it.mock.requests[0]?.headers).toMatchObject({
        'user-agent': 'test/1',
        'accept-encoding': 'gzip',
      });
      expect(it.times()).toEqual([0, pace, 2 * pace]);
      expect(polls[0]).toMatchObject({
        vectors: [
          { icao24: 'aa5f41', feed: 'adsbx', snapshot_time: START_MS / 1000, registration: 'N768AA' },
          { icao24: '3c6444', on_ground: true },
        ],
      });
      expect(states[0]).toMatchObject({ kind: 'ok', next_poll_at_ms: START_MS + pace });
      // Its terms are told once, in one line.
      expect(states.map(({ notices }) => notices?.filter(({ about }) => about === 'terms').length)).toEqual([
        1, 0, 0,
      ]);
      expect(states[0]?.notices?.[0]?.message).toMatch(/^Data of [^\n]+https:[^\n]+\.$/);
    },
  );

  test('of more than 250 nm is asked in circles, one after another, and a round is one poll with each aircraft once', async () => {
    // Each circle sees one aircraft of its own, and all see one more, which is heard better from time to time.
    await using it: Setting = await setting((url, now) =>
      answer(now, [
        { ...AIRBORNE, seen_pos: Number(url.pathname.length % 3), seen: 0 },
        { ...TAXIING, hex: `3c64${(it.mock.requests.length % 4) + 10}` },
        {},
      ]),
    );
    const { states, polls } = await watch(it.area('adsbfi', '50,8,350'), 2);
    expect(it.times()).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((second) => second * 1000));
    expect(new Set(it.mock.requests.map(({ url }) => url.pathname)).size).toBe(4);
    expect(addressesOf(polls[0])).toEqual([
      'aa5f41',
      '3c6410',
      '3c6411',
      '3c6412',
      '3c6413',
      null,
      null,
      null,
      null,
    ]);
    expect(states[0]?.next_poll_at_ms).toBe(START_MS + 3000 + 4000);
    const [best] = polls[0]?.kind === 'vectors' ? polls[0].vectors : [];
    expect(best?.time_position).toBeGreaterThanOrEqual(START_MS / 1000 + 1);
  });

  test('gives what it has of a round when a circle fails, and goes on with the next one', async () => {
    await using it: Setting = await setting((_, now) =>
      answer(now, [{ ...AIRBORNE, hex: `3c64${it.mock.requests.length + 10}` }]),
    );
    // The second of three circles is a place that the service cannot be asked about.
    const second = /lon\/(?!8\/)\d\d/;
    const isSecond = (path: string): boolean => second.test(path);
    it.mock.isDown = isSecond;
    const { states, polls } = await watch(it.area('adsbfi', '50,8,280'), 4);
    expect(states.map(({ kind }) => kind)).toEqual(['unavailable', 'ok', 'unavailable', 'ok']);
    expect(polls.map((poll) => addressesOf(poll).length)).toEqual([1, 1, 1, 1]);
    const down = it.mock.requests.map(({ url }) => isSecond(url.pathname));
    expect(down).toEqual([false, true, false, false, true, false]);
  });

  test('is not asked more often by two sources than by one', async () => {
    await using it = await setting((_, now) => answer(now));
    const turns: AllTurns = new Map();
    const one = it.area('adsbfi', '50,8,100', { turns });
    const other = it.area('adsbfi', '40,8,100', { turns });
    const ones = one.polls({});
    const others = other.polls({});
    for (let round = 0; round < 3; round += 1) {
      await ones.next();
      await others.next();
    }
    expect(it.times()).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
  });

  test('that sends the same answer again, by its time, sends no poll; and its time that stands still is said', async () => {
    await using it = await setting((_, now) => answer(now < START_MS + 100_000 ? START_MS : now));
    const { states, polls } = await watch(it.area('adsbfi', '50,8,100'), 3);
    expect(states.map(({ kind }) => kind)).toEqual(['ok', 'waiting', 'ok']);
    expect(states[1]?.about).toBe('adsb.fi says the same time again and again');
    expect(polls.length).toBe(2);
  });

  test('without aircraft is a poll too: it proves life', async () => {
    await using it = await setting((_, now) => answer(now, []));
    const { polls } = await watch(it.area('adsbfi', '0,0,10'), 2);
    expect(polls.map(addressesOf)).toEqual([[], []]);
    expect(polls[0]?.kind).toBe('vectors');
  });
});

describe('a service that says that it was too often', () => {
  test('is asked again when it said, and is said to be rate-limited until then; after that half as often', async () => {
    await using it = await setting((_, now) => answer(now));
    it.mock.faults.push({ kind: 'status', status: 429, headers: { 'retry-after': '40' }, body: 'slow down' });
    const { states } = await watch(it.area('adsbfi', '50,8,100'), 4);
    expect(states.map(({ kind }) => kind)).toEqual(['rate-limited', 'ok', 'ok', 'ok']);
    expect(states[0]?.message).toBe(
      'adsb.fi refuses requests that come too often (429); next try at 12:00:41 UTC.',
    );
    expect(states[0]?.retry_at_ms).toBe(START_MS + 41_000);
    expect(it.times()).toEqual([0, 41_000, 43_000, 45_000]);
  });

  test('and not when to come back is asked less and less often', async () => {
    await using it = await setting((_, now) => answer(now));
    for (let fault = 0; fault < 8; fault += 1) it.mock.faults.push({ kind: 'status', status: 429 });
    await watch(it.area('adsblol', '50,8,100'), 9);
    const times = it.times();
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits[0]).toBeGreaterThanOrEqual(10_000);
    expect(waits.every((wait, index) => wait >= (waits[index - 1] ?? 0))).toBe(true);
    expect(Math.max(...waits)).toBeLessThanOrEqual(900_000);
  });

  test('keeps other sources of it waiting too', async () => {
    await using it = await setting((_, now) => answer(now));
    it.mock.faults.push({ kind: 'status', status: 429, headers: { 'retry-after': '60' } });
    const turns: AllTurns = new Map();
    const stop = new AbortController();
    const one = it.area('adsbfi', '50,8,100', { turns });
    for await (const _ of one.polls({ signal: stop.signal, onState: () => stop.abort() }));
    await it.area('adsbfi', '40,8,100', { turns }).polls({}).next();
    expect(it.times()[1]).toBeGreaterThanOrEqual(60_000);
  });
});

describe('a service that does not let us in', () => {
  test.each([
    ['adsblol', 'programs that say who they are'],
    ['airplaneslive', 'request by e-mail it has approved'],
    ['adsbfi', 'faulty requests'],
  ] as const)('%s is said with what it wants', async (form, words) => {
    await using it = await setting((_, now) => answer(now));
    it.mock.faults.push({ kind: 'status', status: 403, body: 'Forbidden' });
    const { states } = await watch(it.area(form, '50,8,100'), 2);
    expect(states.map(({ kind }) => kind)).toEqual(['unauthorized', 'ok']);
    expect(states[0]?.message).toContain('does not let us in: it answered 403 and said "Forbidden"; ');
    expect(states[0]?.message).toContain(words);
    expect(it.times()[1]).toBeGreaterThanOrEqual(300_000);
  });
});

describe("an address of one's own", () => {
  test('is asked as it stands, once a second or as seldom as told, with the key in a header and nowhere else', async () => {
    await using it = await setting((_, now) => answer(now));
    const options = { key: { reveal: () => 'secret-key' }, intervalMs: 5000 };
    const source = it.url('/api/aircraft/v2/lat/50/lon/8/dist/100/?a=1', options);
    const { states } = await watch(source, 3);
    expect(it.times()).toEqual([0, 5000, 10_000]);
    const [asked] = it.mock.requests;
    expect(`${asked?.url.pathname}${asked?.url.search}`).toBe('/api/aircraft/v2/lat/50/lon/8/dist/100/?a=1');
    expect(asked?.headers).toMatchObject({ 'x-api-key': 'secret-key', 'api-auth': 'secret-key' });
    expect(JSON.stringify([source.name, states])).not.toContain('secret-key');
  });

  test('is asked at most once a second, and without a key by no key', async () => {
    await using it = await setting((_, now) => answer(now));
    await watch(it.url('/v2/all', { intervalMs: 10 }), 3);
    expect(it.times()).toEqual([0, 1000, 2000]);
    expect(it.mock.requests[0]?.headers['x-api-key']).toBeUndefined();
  });

  test.each([
    ['reset', { kind: 'reset' }, 'unavailable'],
    ['half an answer', { kind: 'truncated' }, 'unavailable'],
    ['a page', { kind: 'body', body: '<html>' }, 'unavailable'],
    ['401', { kind: 'status', status: 401 }, 'unauthorized'],
    ['500', { kind: 'status', status: 500, body: '{"error":"x"}' }, 'unavailable'],
    ['an error in words', { kind: 'body', body: '{"msg":"Too many"}' }, 'unavailable'],
  ] as const)('lives through %s', async (_, fault, kind) => {
    await using it = await setting((_url, now) => answer(now));
    it.mock.faults.push(fault);
    const { states, polls } = await watch(it.url('/v2/all'), 3);
    expect(states.map((state) => state.kind)).toEqual([kind, 'ok', 'ok']);
    expect(polls.length).toBe(2);
  });
});
