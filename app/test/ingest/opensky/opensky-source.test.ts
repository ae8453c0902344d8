import { describe, expect, test } from 'vitest';
import type { LiveComponents } from '../../../src/ingest/components.ts';
import { type OpenSkyOptions, OpenSkySource } from '../../../src/ingest/opensky/opensky-source.ts';
import type { Poll, SourceState } from '../../../src/ingest/source.ts';
import { type FakeWorld, fakeWorld } from '../fake-world.ts';
import { CLIENT_ID, CLIENT_SECRET, type Fault, MockOpenSky, type MockOptions, ROW } from '../mock-opensky.ts';

const credentials = { clientId: CLIENT_ID, clientSecret: { reveal: () => CLIENT_SECRET } };
const NOON = '2026-11-23T12:00:00Z';
/** Between two requests of an anonymous program that begins at noon, and at most in a whole day, ms. */
const SPREAD_OF_A_DAY = 864_000;

interface Setting extends AsyncDisposable {
  readonly world: FakeWorld;
  readonly mock: MockOpenSky;
  readonly components: LiveComponents;
  source(options?: OpenSkyOptions): OpenSkySource;
}

async function setting(options: Partial<MockOptions> = {}, start = NOON): Promise<Setting> {
  const world = fakeWorld(start);
  const mock = await MockOpenSky.start({ clock: world.clock, ...options });
  const components = { ...world, fetch };
  return {
    world,
    mock,
    components,
    source: (more = {}) => new OpenSkySource({ credits: 'even', ...mock.urls, ...more }, components),
    [Symbol.asyncDispose]: () => mock[Symbol.asyncDispose](),
  };
}

/** Polls until there are so many states; the clock runs by itself. */
async function watch(
  source: OpenSkySource,
  count: number,
): Promise<{ states: SourceState[]; polls: Poll[] }> {
  const stop = new AbortController();
  const states: SourceState[] = [];
  const polls: Poll[] = [];
  const onState = (state: SourceState) => {
    states.push(state);
    if (states.length === count) stop.abort();
  };
  for await (const poll of source.polls({ signal: stop.signal, onState })) polls.push(poll);
  return { states, polls };
}

/** What the source says of one fault, and of the answer after it. */
async function reaction(fault: Fault, options: OpenSkyOptions = {}): Promise<SourceState> {
  await using it = await setting();
  it.mock.faults.push(fault);
  const { states, polls } = await watch(it.source(options), 2);
  expect(states[1]?.kind).toBe('ok'); // it recovers
  expect(polls.length).toBe(1);
  const [state] = states;
  expect(it.world.clock()).toBeGreaterThanOrEqual(state?.retry_at_ms ?? Infinity);
  expect(state?.message).toMatch(
    /(next try at|rate limited until) (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC( \(in .*\))?\.$/,
  );
  return state as SourceState;
}

const waited = (state: SourceState) => (state.next_poll_at_ms ?? state.retry_at_ms ?? 0) - Date.parse(NOON);

describe('an OpenSky source', () => {
  test('asks for 18 fields, packed, says who it is, and yields vectors of the feed opensky', async () => {
    await using it = await setting();
    const { polls } = await watch(it.source({ userAgent: 'test/1' }), 1);
    expect(polls).toMatchObject([{ vectors: [{ icao24: 'ab1644', category: 4, feed: 'opensky' }] }]);
    const [asked] = it.mock.asked;
    expect(asked?.query.toString()).toBe('extended=1');
    expect(asked?.headers).toMatchObject({ 'accept-encoding': 'gzip', 'user-agent': 'test/1' });
    expect(asked?.headers.authorization).toBeUndefined();
  });

  test('asks for a box, which costs less and so comes more often', async () => {
    await using it = await setting();
    const box = { lamin: 40, lomin: -75, lamax: 45, lomax: -70 };
    const { states } = await watch(it.source({ areas: [box] }), 1);
    expect(Object.fromEntries(it.mock.asked[0]?.query ?? [])).toEqual({
      extended: '1',
      lamin: '40',
      lomin: '-75',
      lamax: '45',
      lomax: '-70',
    });
    expect(states[0]?.credits_left).toBe(399);
    expect(waited(states[0] as SourceState)).toBe((12 * 3_600_000) / 400);
  });

  test('spreads the credits left over the time to the refill, as the server counts them', async () => {
    await using it = await setting({ dailyCredits: { anonymous: 48, account: 0 } });
    const { states } = await watch(it.source(), 2);
    expect(states.map((state) => [state.kind, state.credits_left])).toEqual([
      ['ok', 44],
      ['ok', 40],
    ]);
    expect(waited(states[0] as SourceState)).toBe(3_600_000);
    expect(states[0]?.message).toBe(
      'OpenSky sent 1 aircraft; 44 credits left today, next request at 13:00:00 UTC.',
    );
  });

  test('counts by itself where the server does not', async () => {
    await using it = await setting({ sendsRemaining: false });
    const { states } = await watch(it.source(), 2);
    expect(states.map((state) => state.credits_left)).toEqual([396, 392]);
  });

  test('waits for the refill when the credits are used up, and goes on then', async () => {
    await using it = await setting({ dailyCredits: { anonymous: 8, account: 0 } }, '2026-11-23T23:00:00Z');
    const { states } = await watch(it.source(), 3);
    expect(states.map((state) => state.kind)).toEqual(['ok', 'ok', 'ok']);
    expect(states.map(({ about }) => about)).toEqual([undefined, 'credits', undefined]);
    expect(states[1]?.message).toContain('2026-11-24 00:00:03 UTC');
    expect(it.mock.asked.length).toBe(3);
  });

  test('yields empty answers too, for they prove life', async () => {
    await using it = await setting({ rows: null });
    const { polls } = await watch(it.source(), 2);
    expect(polls).toEqual([
      { kind: 'vectors', vectors: [] },
      { kind: 'vectors', vectors: [] },
    ]);
  });

  test('takes rows as they come: short, long, none at all, and a clock that is behind', async () => {
    const rows = [ROW.slice(0, 17), [...ROW, 1], ROW.with(17, -1), null as never];
    await using it = await setting({ rows, behindSeconds: 60 });
    const { polls, states } = await watch(it.source(), 1);
    expect(polls).toMatchObject([
      { vectors: [{ category: null }, { category: 4 }, { category: -1 }], others: ['null'] },
    ]);
    expect(states[0]?.notices?.map(({ about }) => about)).toEqual([
      'late',
      'rows',
      'rows_without_category',
      'rows_longer',
      'rows_doubled',
      'rows_odd_category',
    ]);
    expect(states[0]?.notices?.[1]?.message).toContain(
      '1 of 4 rows are not state vectors: not a list, as null',
    );
  });

  test('stops in the middle of a request or a wait, without an error', async () => {
    await using it = await setting();
    const stop = new AbortController();
    it.mock.faults.push({ kind: 'hang', reached: () => stop.abort() });
    const states: SourceState[] = [];
    for await (const _ of it
      .source()
      .polls({ signal: stop.signal, onState: (state) => states.push(state) })) {
      throw new Error('there was no answer');
    }
    expect(states).toEqual([]);
  });
});

describe('with an account', () => {
  test('gets a token, uses it, and renews it 30 s before its end', async () => {
    await using it = await setting({ expiresIn: 300 });
    await watch(it.source({ credentials }), 30);
    const minutes = (it.world.clock() - Date.parse(NOON)) / 60_000;
    expect(it.mock.asked.every(({ headers }) => headers.authorization?.startsWith('Bearer token-'))).toBe(
      true,
    );
    expect(it.mock.asked.length).toBe(30); // never a refused one
    expect(it.mock.tokensGiven).toBeGreaterThanOrEqual(Math.floor(minutes / 5));
    expect(it.mock.tokensGiven).toBeLessThan(30);
  });

  test('renews a token that is refused, once, and asks again at once', async () => {
    await using it = await setting();
    const source = it.source({ credentials });
    const states: SourceState[] = [];
    const stop = new AbortController();
    for await (const _ of source.polls({ signal: stop.signal, onState: (state) => states.push(state) })) {
      it.mock.revokeTokens();
      if (states.length === 2) stop.abort();
    }
    expect(states.map((state) => state.kind)).toEqual(['ok', 'ok']);
    expect([it.mock.asked.length, it.mock.tokensGiven]).toEqual([3, 2]);
  });

  test('says so when a fresh token is refused too, and does not hammer', async () => {
    await using it = await setting();
    it.mock.faults.push({ kind: 'status', status: 401 }, { kind: 'status', status: 401 });
    const { states } = await watch(it.source({ credentials }), 2);
    expect(states.map((state) => state.kind)).toEqual(['unauthorized', 'ok']);
    expect(states[0]?.message).toContain('fresh access token (401)');
    expect(waited(states[0] as SourceState)).toBeGreaterThanOrEqual(300_000);
    expect(it.mock.asked.length).toBe(3);
  });

  test('ends with what to do when the credentials were never right, and never shows them', async () => {
    await using it = await setting();
    const wrong = { clientId: CLIENT_ID, clientSecret: { reveal: () => 'mistyped-secret' } };
    const run = watch(it.source({ credentials: wrong }), 1);
    await expect(run).rejects.toMatchObject({ kind: 'invalid', code: 'opensky-credentials-refused' });
    await expect(run).rejects.toThrow('OPENSKY_CLIENT_SECRET');
    await expect(run).rejects.not.toThrow('mistyped-secret');
    expect(it.mock.asked).toEqual([]);
  });

  test('goes on trying when credentials that were right are refused later', async () => {
    await using it = await setting({ expiresIn: 40 });
    const source = it.source({ credentials });
    const invalid = { kind: 'status', status: 401, body: '{"error":"invalid_client"}' } as const;
    const states: SourceState[] = [];
    const stop = new AbortController();
    const onState = (state: SourceState) => states.push(state) === 3 && stop.abort();
    for await (const _ of source.polls({ signal: stop.signal, onState })) {
      if (states.length === 1) it.mock.tokenFaults.push(invalid);
    }
    expect(states.map((state) => state.kind)).toEqual(['ok', 'unauthorized', 'ok']);
  });

  test.each([
    ['a busy token server', { kind: 'status', status: 503 }],
    ['a proxy that asks for a log-in', { kind: 'status', status: 401, body: '<html>' }],
    ['a token server that sends a page', { kind: 'body', body: '<html>', type: 'text/html' }],
    ['a token server that breaks off', { kind: 'reset' }],
  ] as const)('takes %s for a passing trouble', async (_, fault) => {
    await using it = await setting();
    it.mock.tokenFaults.push(fault);
    const { states } = await watch(it.source({ credentials }), 2);
    expect(states.map((state) => state.kind)).toEqual(['unavailable', 'ok']);
    expect(states[0]?.message).toContain('no access token could be had');
  });
});

describe('what goes wrong is said in a sentence, with the next try', () => {
  test.each<[string, Fault, SourceState['kind'], RegExp]>([
    ['403', { kind: 'status', status: 403 }, 'unauthorized', /denies access to this address \(403\)/],
    [
      '401 without an account',
      { kind: 'status', status: 401 },
      'unauthorized',
      /asks for an account \(401\)/,
    ],
    [
      '500 and a page',
      { kind: 'status', status: 500, body: '<html>' },
      'unavailable',
      /answered 500 and a web page/,
    ],
    ['502', { kind: 'status', status: 502 }, 'unavailable', /answered 502/],
    ['503', { kind: 'status', status: 503 }, 'unavailable', /answered 503/],
    ['400', { kind: 'status', status: 400 }, 'unavailable', /answered 400/],
    [
      'a page instead of data',
      { kind: 'body', body: '<!doctype html>', type: 'text/html' },
      'unavailable',
      /web page instead/,
    ],
    ['a torn answer', { kind: 'truncated' }, 'unavailable', /cut off or no JSON/],
    ['an empty answer', { kind: 'body', body: '' }, 'unavailable', /cut off or no JSON/],
    ['other JSON', { kind: 'body', body: '{"error":"no"}' }, 'unavailable', /no time or no state vectors/],
    ['a broken connection', { kind: 'reset' }, 'unavailable', /connection broke off/],
  ])('%s', async (_, fault, kind, message) => {
    const state = await reaction(fault);
    expect(state.kind).toBe(kind);
    expect(state.message).toMatch(message);
  });

  test('429 waits as long as the server says, and a little longer', async () => {
    const headers = { 'X-Rate-Limit-Retry-After-Seconds': '16841' };
    const state = await reaction({ kind: 'status', status: 429, headers });
    expect(state).toMatchObject({ kind: 'rate-limited', credits_left: 0 });
    expect(waited(state)).toBe(16_841_000 + 2_500);
    expect(state.message).toContain('rate limited until 16:40:43 UTC (in 4 h 41 min).');
  });

  test.each([
    ['no time', {}, 15 * 60_000 + 2_500],
    ['a standard header', { 'retry-after': '120' }, 122_500],
    ['a date', { 'retry-after': 'Mon, 23 Nov 2026 12:10:00 GMT' }, 602_500],
    ['a time of many years', { 'X-Rate-Limit-Retry-After-Seconds': '999999999' }, 15 * 60_000 + 2_500],
    ['less than no time', { 'retry-after': '-5' }, 15 * 60_000 + 2_500],
    ['no number', { 'X-Rate-Limit-Retry-After-Seconds': 'NaN' }, 15 * 60_000 + 2_500],
    ['a date long past', { 'retry-after': 'Mon, 23 Nov 1970 12:10:00 GMT' }, 15 * 60_000 + 2_500],
  ])('429 with %s', async (_, headers, waitMs) => {
    expect(waited(await reaction({ kind: 'status', status: 429, headers }))).toBe(waitMs);
  });

  test('503 with Retry-After is kept to as well', async () => {
    expect(waited(await reaction({ kind: 'status', status: 503, headers: { 'retry-after': '60' } }))).toBe(
      62_500,
    );
  });

  test('each failure in a row waits longer, and an answer makes it short again', async () => {
    await using it = await setting();
    const busy: Fault = { kind: 'status', status: 503 };
    it.mock.faults.push(busy, busy, busy, busy);
    const { states } = await watch(it.source(), 5);
    expect(it.world.sleeps.slice(0, 4)).toEqual([10_000, 10_000, 15_000, 30_000]);
    expect(states.map((state) => state.kind).at(-1)).toBe('ok');
    it.mock.faults.push(busy);
    const again = await watch(it.source(), 1);
    expect((again.states[0]?.retry_at_ms ?? 0) - it.world.clock()).toBe(10_000);
  });

  test.each([
    ['no answer', 'hang', 0, /did not answer within 15 s/],
    ['half an answer', 'stall', 1, /not whole after 45 s/],
  ] as const)('%s in time', async (_, kind, timeout, message) => {
    await using it = await setting();
    it.mock.faults.push({ kind, reached: () => {} });
    const waitFor = { ...it.components };
    // The limits fire as soon as the server has the request (and, for half an answer, once its headers are read).
    waitFor.fetch = async (input, init) => {
      const reached = Promise.withResolvers<void>();
      it.mock.faults[0] &&= { kind, reached: reached.resolve };
      const answer = fetch(input, init);
      await reached.promise;
      if (kind === 'hang') it.world.timeouts[timeout]?.fire();
      const response = await answer;
      setImmediate(() => it.world.timeouts[timeout]?.fire());
      return response;
    };
    const stop = new AbortController();
    const states: SourceState[] = [];
    const source = new OpenSkySource(it.mock.urls, waitFor);
    const onState = (state: SourceState) => {
      states.push(state);
      stop.abort();
    };
    for await (const _poll of source.polls({ signal: stop.signal, onState }))
      throw new Error('there was an answer');
    expect(states).toMatchObject([{ kind: 'unavailable' }]);
    expect(states[0]?.message).toMatch(message);
  });

  test('nothing listening', async () => {
    const closed = await setting();
    const source = closed.source();
    await closed[Symbol.asyncDispose]();
    const { states } = await watch(source, 1);
    expect(states[0]).toMatchObject({ kind: 'unavailable' });
    expect(states[0]?.message).toContain('the connection was refused');
  });
});

describe('a clock', () => {
  test('that is set back 25 h does not make the source sleep 25 h', async () => {
    await using it = await setting();
    const states: SourceState[] = [];
    const stop = new AbortController();
    const source = it.source();
    for await (const _ of source.polls({ signal: stop.signal, onState: (state) => states.push(state) })) {
      if (states.length === 1) it.world.setClock(-25 * 3_600_000);
      if (states.length === 3) stop.abort();
    }
    const [first, second] = [waited(states[0] as SourceState), 2 * SPREAD_OF_A_DAY];
    // By the clock that nobody can set.
    expect(it.world.monotonic()).toBeLessThanOrEqual(first + second + 60_000);
  });

  test('that is set back during a request does not either', async () => {
    await using it = await setting();
    const components = { ...it.components };
    components.fetch = async (input, init) => {
      const answer = await fetch(input, init);
      it.world.setClock(-25 * 3_600_000);
      return answer;
    };
    await watch(new OpenSkySource({ credits: 'even', ...it.mock.urls }, components), 2);
    expect(it.world.monotonic()).toBeLessThan(SPREAD_OF_A_DAY);
  });

  test('that is set on 25 h, or stood still while the machine slept, ends a wait within a minute', async () => {
    await using it = await setting();
    const components = { ...it.components };
    const before: number[] = [];
    components.sleep = async (ms) => {
      before.push(it.world.monotonic());
      await it.world.sleep(ms);
      if (before.length === 1) it.world.setClock(25 * 3_600_000);
    };
    await watch(new OpenSkySource({ credits: 'even', ...it.mock.urls }, components), 2);
    expect(it.world.monotonic()).toBeLessThanOrEqual(60_000);
  });

  test.each([
    ['20 min behind the feed', -20, 1200, /clock is 20 min behind the feed's/],
    ['25 h ahead of it', 25 * 60, -90_000, /clock is 1500 min ahead of the feed's/],
  ])('that is %s is named, as a fact and in words', async (_, minutes, behindSeconds, words) => {
    await using it = await setting();
    const wrong = { ...it.components, clock: () => it.world.clock() + minutes * 60_000 };
    const { states } = await watch(new OpenSkySource(it.mock.urls, wrong), 1);
    expect(states[0]).toMatchObject({
      kind: 'ok',
      clock_behind_s: behindSeconds,
      notices: [{ about: 'clock' }],
    });
    expect(states[0]?.notices?.[0]?.message).toMatch(words);
  });

  test('is told from an answer that travelled long, or a feed that is late', async () => {
    await using it = await setting({ behindSeconds: 600 });
    const slow = { ...it.components };
    slow.fetch = async (input, init) => {
      it.world.advance(20_000);
      const answer = await fetch(input, init);
      it.world.advance(50_000);
      return answer;
    };
    const { states } = await watch(new OpenSkySource(it.mock.urls, slow), 1);
    expect(states[0]?.notices?.map(({ about }) => about)).toEqual(['late']);
  });
});

describe('redirects', () => {
  const redirect = (location: string): Fault => ({ kind: 'status', status: 301, headers: { location } });

  test('are followed, with the token on the same host', async () => {
    await using it = await setting();
    it.mock.faults.push(redirect('/moved/states/all?extended=1'));
    const { polls } = await watch(it.source({ credentials }), 1);
    expect(polls.length).toBe(1);
    expect(it.mock.asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/api/states/all', 'Bearer token-1'],
      ['/moved/states/all', 'Bearer token-1'],
    ]);
  });

  test.each([
    ['another host', (origin: string) => origin.replace('127.0.0.1', 'localhost')],
    ['another port', () => 'http://127.0.0.1:9'],
  ])('to %s are refused: neither the token nor the question goes there', async (_, to) => {
    await using it = await setting();
    it.mock.faults.push(redirect(`${to(it.mock.origin)}/states/all`));
    const { states } = await watch(it.source({ credentials }), 1);
    expect(states[0]?.kind).toBe('unavailable');
    expect(states[0]?.message).toContain('redirected to another place');
    expect(it.mock.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1']);
  });

  test('in a circle end after five', async () => {
    await using it = await setting();
    it.mock.faults.push(...Array.from({ length: 6 }, () => redirect('/api/states/all')));
    const { states } = await watch(it.source(), 1);
    expect(states[0]?.message).toContain('redirected more than 5 times');
  });
});

describe('a probe', () => {
  test('that succeeds is the first poll, for one credit cost', async () => {
    await using it = await setting();
    const source = it.source();
    expect(await source.probe()).toEqual({ kind: 'reachable', vectors: 1, creditsLeft: 396 });
    const { states, polls } = await watch(source, 1);
    expect(polls.length).toBe(1);
    expect(states[0]?.credits_left).toBe(396);
    expect(it.mock.asked.length).toBe(1);
  });

  test.each<[string, Fault, string, RegExp]>([
    ['away', { kind: 'status', status: 502 }, 'unavailable', /cannot be reached: it answered 502/],
    ['behind a log-in page', { kind: 'body', body: '<html>' }, 'unavailable', /web page/],
    ['closed to us', { kind: 'status', status: 403 }, 'unauthorized', /denies access/],
    [
      'used up',
      { kind: 'status', status: 429, headers: { 'retry-after': '60' } },
      'rate-limited',
      /until 12:01:00 UTC \(in 1 min\)\./,
    ],
  ])('says why OpenSky is %s, and polls start again', async (_, fault, state, reason) => {
    await using it = await setting();
    it.mock.faults.push(fault);
    const source = it.source();
    const probe = await source.probe();
    expect(probe).toMatchObject({ kind: 'unreachable', state });
    expect(probe.kind === 'unreachable' && probe.reason).toMatch(reason);
    const { states, polls } = await watch(source, state === 'rate-limited' ? 2 : 1);
    expect(polls.length).toBe(1);
    expect(states[0]?.kind).toBe(state === 'rate-limited' ? 'rate-limited' : 'ok');
  });

  test('with wrong credentials says what to set', async () => {
    await using it = await setting();
    const wrong = { clientId: 'nobody', clientSecret: { reveal: () => 'x' } };
    const probe = await it.source({ credentials: wrong }).probe();
    expect(probe).toMatchObject({ kind: 'unreachable', state: 'unauthorized' });
    expect(probe.kind === 'unreachable' && probe.reason).toContain('OPENSKY_CLIENT_ID');
  });

  test('gives up after 3 s', async () => {
    await using it = await setting();
    it.mock.faults.push({
      kind: 'hang',
      reached: () => it.world.timeouts.find((timeout) => timeout.ms === 3000)?.fire(),
    });
    expect(await it.source().probe()).toEqual({
      kind: 'unreachable',
      state: 'unavailable',
      reason: 'OpenSky cannot be reached: it did not answer within 3 s.',
    });
  });
});
