import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../../src/config/settings.ts';
import type { SourceWord } from '../../../src/flight/source-word.ts';
import { startStatusServer } from '../../../src/program/status/status-server.ts';
import { metricsText, type ProducerStatus, readiness } from '../../../src/program/status/status-text.ts';
import { type SpoolState, withSpool } from '../../../src/topic/spool/outage.ts';

const NOON = Date.parse('2026-11-30T12:00:00Z');
const WORD: SourceWord = {
  source: 'readsb:http://pi/"x"',
  state: 'ok',
  message: null,
  at_ms: NOON,
  next_poll_at_ms: null,
  credits_left: 62,
  notices: [],
  counters: { requests: 7 },
};
const WELL: SpoolState = {
  awayFromMs: null,
  polls: 0,
  bytes: 0,
  dropped: { polls: 0, messages: 0, firstMs: 0, lastMs: 0 },
  last: null,
};
const AWAY: SpoolState = { ...WELL, awayFromMs: NOON - 61_000, polls: 12, bytes: 1_300_000 };

async function served(spool: SpoolState | null, word: SourceWord = WORD) {
  const status: ProducerStatus = {
    words: [spool === null ? word : withSpool(word, spool, NOON)],
    sent: new Map([[word.source, { polls: 3, messages: 4000 }]]),
    spool,
    more: [],
  };
  const server = await startStatusServer(
    { host: '127.0.0.1', port: 0 },
    { readiness: () => readiness(status), metrics: () => metricsText(status, NOON) },
  );
  const get = async (path: string) => {
    const answer = await fetch(server.url + path);
    return { status: answer.status, text: await answer.text() };
  };
  return { server, get, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('the status of a producer', () => {
  test('is ready while its polls reach the topic, with the numbers that Prometheus reads', async () => {
    await using it = await served(WELL);
    expect(await it.get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
    expect(await it.get('/readyz')).toEqual({ status: 200, text: 'readsb:http://pi/"x": ok\n' });
    const { text } = await it.get('/metrics?x=1');
    expect(text).toContain('contrail_source_state{source="readsb:http://pi/\\"x\\"",state="ok"} 1\n');
    expect(text).toContain(
      'contrail_source_events_total{source="readsb:http://pi/\\"x\\"",event="requests"} 7\n',
    );
    expect(text).toContain('contrail_produce_messages_total{source="readsb:http://pi/\\"x\\""} 4000\n');
    expect(text).toContain('\ncontrail_topic_away_seconds 0\n');
    const line = /^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="([^"\\]|\\.)*",?)+\})? [\d.e+]+)$/;
    for (const one of text.trimEnd().split('\n')) expect(one).toMatch(line);
    expect((await it.get('/')).status).toBe(404);
  });

  test('says since when the topic is away and what waits, and is alive but not ready', async () => {
    await using it = await served(AWAY);
    expect((await it.get('/healthz')).status).toBe(200);
    expect(await it.get('/readyz')).toEqual({
      status: 503,
      text: expect.stringContaining(
        'waiting\n  The topic is away since 2026-11-30 11:58:59 UTC: 12 polls (1 MB) wait on the disk.',
      ),
    });
    const { text } = await it.get('/metrics');
    expect(text).toContain('\ncontrail_topic_away_seconds 61\n');
    expect(text).toContain('\ncontrail_spool_polls 12\n');
    expect(text).toMatch(/contrail_source_state\{.*state="waiting"\} 1\n/);
  });

  test('is not ready when a source is refused, and has no numbers of a spool that is not there', async () => {
    await using it = await served(null, { ...WORD, state: 'unauthorized', message: 'It answered 403.' });
    expect(await it.get('/readyz')).toMatchObject({
      status: 503,
      text: expect.stringContaining('It answered 403.'),
    });
    expect((await it.get('/metrics')).text).not.toContain('contrail_spool');
  });

  test('on a port that is taken says which setting helps', async () => {
    await using it = await served(WELL);
    const port = Number(new URL(it.server.url).port);
    const second = startStatusServer(
      { host: '127.0.0.1', port },
      { readiness: () => ({ isReady: true, text: '' }), metrics: () => '' },
    );
    await expect(second).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining('STATUS_ADDRESS'),
    });
  });

  test.each([
    ['8502', { host: '127.0.0.1', port: 8502 }],
    ['0.0.0.0:8502', { host: '0.0.0.0', port: 8502 }],
    ['[::1]:0', { host: '::1', port: 0 }],
  ])('listens where STATUS_ADDRESS=%s says', (text, address) => {
    expect(loadSettings({ STATUS_ADDRESS: text }).statusAddress).toEqual(address);
  });

  test.each(['x', '70000', '::1:8502', 'http://a:1', 'a:'])('refuses STATUS_ADDRESS=%s', (text) => {
    expect(() => loadSettings({ STATUS_ADDRESS: text })).toThrow('a port, or a host and a port');
  });
});
