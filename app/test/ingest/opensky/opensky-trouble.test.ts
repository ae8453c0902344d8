import { describe, expect, test } from 'vitest';
import { OpenSkySource } from '../../../src/ingest/opensky/opensky-source.ts';
import { askOverHttp } from '../../../src/program/ask-over-http.ts';
import type { SourceState } from '../../../src/ingest/source.ts';
import type { Fault } from '../../../src/ingest/mock/reply.ts';
import { credentials, reaction, setting, SPREAD_OF_A_DAY, waited, watch } from './setting.ts';

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
      const answer = askOverHttp(input, init);
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
      const answer = await askOverHttp(input, init);
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
      const answer = await askOverHttp(input, init);
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
