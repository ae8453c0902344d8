import { describe, expect, test } from 'vitest';
import type { SourceState } from '../../../src/ingest/source.ts';
import type { Fault } from '../../../src/ingest/mock/reply.ts';
import { CLIENT_ID, ROW } from '../mock-opensky.ts';
import { unpacked } from '../unpacked.ts';
import { credentials, NOON, setting, waited, watch } from './setting.ts';

describe('an OpenSky source', () => {
  test('asks for 18 fields, packed, says who it is, and yields vectors of the feed opensky', async () => {
    await using it = await setting();
    const { polls } = await watch(it.source({ userAgent: 'test/1' }), 1);
    expect(polls.map(unpacked)).toMatchObject([
      { vectors: [{ icao24: 'ab1644', category: 4, feed: 'opensky' }] },
    ]);
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
    expect(polls.map(unpacked)).toEqual(Array(2).fill({ vectors: [], others: [] }));
  });

  test('takes rows as they come: short, long, none at all, and a clock that is behind', async () => {
    const rows = [ROW.slice(0, 17), [...ROW, 1], ROW.with(17, -1), null as never];
    await using it = await setting({ rows, behindSeconds: 60 });
    const { polls, states } = await watch(it.source(), 1);
    expect(polls.map(unpacked)).toMatchObject([
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
