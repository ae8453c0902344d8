/**
 * Everything that an upstream can do wrong, by name, with what must be said of it. The test of the source goes through it
 * with a fake clock; `npm run bench -- faults` lets `up` live with it.
 */
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { SourceState } from '../../src/ingest/source.ts';
import { ROW } from './mock-opensky.ts';
import type { Fault } from '../../src/ingest/mock/reply.ts';

export interface FaultCase {
  readonly name: string;
  readonly fault: Fault;
  /** `ok`: the answer is used, oddities and all. */
  readonly kind: SourceState['kind'];
  /** What is said of it, in the message or a notice. */
  readonly says: RegExp;
  /** The token server does it, not the API. */
  readonly isTokens?: boolean;
  /** It ends by a time limit alone, so it takes long with real clocks. */
  readonly isSlow?: boolean;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const NOW = Math.floor(Date.now() / 1000);
const row = JSON.stringify(ROW);

const body = (text: string): Fault => ({ kind: 'body', body: text });
const status = (code: number, headers: Readonly<Record<string, string>> = {}, text = ''): Fault => ({
  kind: 'status',
  status: code,
  headers,
  body: text,
});
const answer = (write: (response: ServerResponse, body: string) => void): Fault => ({
  kind: 'answer',
  answer: write,
});
/** The answer of the mock with something else in place of its states or time. */
const changed = (change: (json: { time: number; states: unknown }) => unknown): Fault =>
  answer((response, text) => {
    const json = JSON.parse(text) as { time: number; states: unknown };
    response.writeHead(200, JSON_TYPE).end(JSON.stringify(change(json)));
  });

/** Writes a piece again and again, as fast as it is taken, until the other side goes. */
function pour(response: ServerResponse, piece: Uint8Array | string, times = Infinity): void {
  let left = times;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(piece)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

const packed = (head: string, piece: string): Fault =>
  answer((response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' });
    // Members of a gzip stream may follow one another: 1 kB each, that unpacks to 1 MB.
    response.write(gzipSync(head));
    pour(response, gzipSync(piece.repeat(Math.ceil(1_048_576 / piece.length))));
  });

const unavailable = 'unavailable';

export const FAULT_CASES: readonly FaultCase[] = [
  // What is no answer at all.
  { name: 'a broken connection', fault: { kind: 'reset' }, kind: unavailable, says: /broke off/ },
  { name: '500 and a page', fault: status(500, {}, '<html>'), kind: unavailable, says: /500 and a web page/ },
  { name: '502', fault: status(502), kind: unavailable, says: /answered 502/ },
  { name: '204', fault: status(204), kind: unavailable, says: /answered 204/ },
  { name: 'an empty answer', fault: body(''), kind: unavailable, says: /empty/ },
  { name: 'a web page', fault: body('<!doctype html>'), kind: unavailable, says: /web page instead/ },
  { name: 'half an answer', fault: { kind: 'truncated' }, kind: unavailable, says: /broke off|cut off/ },
  {
    name: 'half JSON',
    fault: body(`{"time":${NOW},"states":[${row},`),
    kind: unavailable,
    says: /cut off or no JSON/,
  },
  { name: 'JSON and more', fault: body(`{"time":${NOW},"states":[]}{}`), kind: unavailable, says: /no JSON/ },
  {
    name: 'broken JSON within a row',
    fault: body(`{"time":${NOW},"states":[[1,,2]]}`),
    kind: unavailable,
    says: /no JSON/,
  },
  {
    name: 'brackets that do not fit',
    fault: body(`{"time":${NOW},"states":[[1}]]}`),
    kind: unavailable,
    says: /no JSON/,
  },
  { name: 'a list', fault: body('[1,2]'), kind: unavailable, says: /no JSON/ },
  { name: 'a text', fault: body('"no"'), kind: unavailable, says: /no JSON/ },
  {
    name: 'other JSON',
    fault: body('{"error":"no"}'),
    kind: unavailable,
    says: /no time or no state vectors/,
  },
  {
    name: 'bytes that are no text',
    fault: answer((response) => response.writeHead(200).end(Buffer.from([0xff, 0xfe, 0, 1]))),
    kind: unavailable,
    says: /no JSON/,
  },
  {
    name: 'gzip that is none',
    fault: answer((response) =>
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end('{"time":1}'),
    ),
    kind: unavailable,
    says: /packed wrongly|broke off|header check/,
  },
  {
    name: 'gzip cut off',
    fault: answer((response, text) =>
      response
        .writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' })
        .end(gzipSync(text).subarray(0, 40)),
    ),
    kind: unavailable,
    says: /cut off|broke off/,
  },
  {
    name: 'an answer packed many times',
    fault: answer((response, text) =>
      response
        .writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip, gzip, gzip' })
        .end(gzipSync(gzipSync(gzipSync(text)))),
    ),
    kind: unavailable,
    says: /packed several times/,
  },
  {
    name: 'headers of a megabyte',
    fault: answer((response) => response.writeHead(200, { 'x-long': 'x'.repeat(1_000_000) }).end('{}')),
    kind: unavailable,
    says: /headers are larger/,
  },
  // Times that are none.
  ...['9007199254740991', '-1', '0', '1e400', '1683488743000', '1.5', 'null', '"5"', 'true', '{}'].map(
    (time): FaultCase => ({
      name: `time ${time}`,
      fault: body(`{"time":${time},"states":[["abc123"]]}`),
      kind: unavailable,
      says: /its time is|no time or no state vectors/,
    }),
  ),
  { name: 'no time', fault: body('{"states":[]}'), kind: unavailable, says: /no time/ },
  // Too much.
  {
    name: 'an answer without end',
    fault: answer((response) => {
      response.writeHead(200, JSON_TYPE).write(`{"time":${NOW},"states":[`);
      pour(response, `"${'x'.repeat(65_536)}",`);
    }),
    kind: unavailable,
    says: /larger than 64 MiB/,
  },
  {
    name: 'blanks without end',
    fault: answer((response) => {
      response.writeHead(200, JSON_TYPE);
      pour(response, ' '.repeat(65_536));
    }),
    kind: unavailable,
    says: /larger than 64 MiB/,
  },
  {
    name: 'a refusal without end',
    fault: answer((response) => {
      response.writeHead(503);
      pour(response, 'x'.repeat(65_536));
    }),
    kind: unavailable,
    says: /answered 503/,
  },
  {
    name: 'a gzip bomb',
    fault: packed(`{"time":${NOW},"states":["`, 'x'),
    kind: unavailable,
    says: /larger than 64 MiB/,
  },
  {
    name: 'a gzip bomb of rows',
    fault: packed(`{"time":${NOW},"states":[`, '[],'),
    kind: unavailable,
    says: /more than 50000 elements/,
  },
  {
    name: '10 million rows',
    fault: answer((response) => {
      response.writeHead(200, JSON_TYPE).write(`{"time":${NOW},"states":[`);
      pour(response, '[1],'.repeat(10_000), 1000);
    }),
    kind: unavailable,
    says: /more than 50000 elements/,
  },
  {
    name: 'nesting of a million lists',
    fault: body(`{"time":${NOW},"states":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`),
    kind: 'ok',
    says: /too deeply nested/,
  },
  {
    name: 'nesting beside the states',
    fault: body(`{"x":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)},"time":${NOW},"states":null}`),
    kind: 'ok',
    says: /sent 0 aircraft/,
  },
  // Odd, and yet an answer.
  {
    name: 'states null',
    fault: changed(({ time }) => ({ time, states: null })),
    kind: 'ok',
    says: /sent 0 aircraft/,
  },
  { name: 'no states', fault: changed(({ time }) => ({ time })), kind: 'ok', says: /sent 0 aircraft/ },
  {
    name: 'states that are an object',
    fault: changed(({ time }) => ({ time, states: {} })),
    kind: unavailable,
    says: /no time or no state vectors/,
  },
  {
    name: 'rows that are no lists',
    fault: changed(({ time }) => ({ time, states: [ROW, null, 7, 'x', { feed: 'simulator' }] })),
    kind: 'ok',
    says: /4 of 5 rows are not state vectors: not a list, as null/,
  },
  {
    name: 'a row that is too short',
    fault: changed(({ time }) => ({ time, states: [['abc123']] })),
    kind: 'ok',
    says: /only 1 fields, as \["abc123"\]/,
  },
  {
    name: 'values of wrong types',
    fault: changed(({ time }) => ({ time, states: [ROW.with(9, 'fast')] })),
    kind: 'ok',
    says: /field 9 is no number/,
  },
  {
    name: 'a row that never ends its text',
    fault: changed(({ time }) => ({ time, states: [ROW.with(1, 'x'.repeat(100_000))] })),
    kind: 'ok',
    says: /too long/,
  },
  {
    name: 'characters that steer a terminal',
    fault: changed(({ time }) => ({ time, states: ['\u001B[2J\u202Eevil'] })),
    kind: 'ok',
    says: /as "\\u001b\[2J\uFFFDevil"/,
  },
  {
    name: 'a clock that is wrong',
    fault: answer((response, text) => {
      const { states } = JSON.parse(text) as { states: unknown };
      response
        .writeHead(200, { ...JSON_TYPE, date: new Date(4_000_000_000_000).toUTCString() })
        .end(JSON.stringify({ time: 4_000_000_000, states }));
    }),
    kind: 'ok',
    says: /clock is \d+ min behind the feed's/,
  },
  // Who must not be followed or believed.
  {
    name: 'a redirect to another host',
    fault: status(302, { location: 'http://evil.example/states' }),
    kind: unavailable,
    says: /redirected to another place, http:\/\/evil\.example/,
  },
  {
    name: 'a redirect to another port',
    fault: status(302, { location: 'http://127.0.0.1:9/states' }),
    kind: unavailable,
    says: /redirected to another place/,
  },
  {
    name: 'a redirect to a file',
    fault: status(302, { location: 'file:///etc/passwd' }),
    kind: unavailable,
    says: /redirected to another place/,
  },
  {
    name: 'a redirect to nowhere',
    fault: status(302, { location: 'http://[' }),
    kind: unavailable,
    says: /an address that is not valid/,
  },
  ...[
    '-5',
    'NaN',
    '1e12',
    '999999999999',
    'soon',
    'Mon, 23 Nov 9999 12:10:00 GMT',
    'Mon, 23 Nov 1970 12:10:00 GMT',
  ].map((wait): FaultCase => ({
    name: `503 and Retry-After ${wait}`,
    fault: status(503, { 'retry-after': wait }),
    kind: unavailable,
    says: /answered 503/,
  })),
  // Tokens.
  {
    name: 'a token server that redirects',
    fault: status(307, { location: 'http://evil.example/token' }),
    kind: unavailable,
    says: /no access token could be had: it answered 307/,
    isTokens: true,
  },
  {
    name: 'a token without end',
    fault: answer((response) => {
      response.writeHead(200, JSON_TYPE).write('{"access_token":"');
      pour(response, 'x'.repeat(65_536));
    }),
    kind: unavailable,
    says: /without a token/,
    isTokens: true,
  },
  {
    name: 'a token that no header can hold',
    fault: body('{"access_token":"a\\nb","expires_in":1800}'),
    kind: unavailable,
    says: /without a token/,
    isTokens: true,
  },
  {
    name: 'a token that lasts for ever',
    fault: body('{"access_token":"unknown","expires_in":1e400}'),
    kind: 'ok',
    says: /sent 1 aircraft/,
    isTokens: true,
  },
  // What only a time limit ends.
  {
    name: 'no answer',
    fault: { kind: 'hang', reached: () => undefined },
    kind: unavailable,
    says: /did not answer within/,
    isSlow: true,
  },
  {
    name: 'half an answer and silence',
    fault: { kind: 'stall', reached: () => undefined },
    kind: unavailable,
    says: /not whole after/,
    isSlow: true,
  },
  {
    name: 'an answer byte by byte',
    fault: answer((response) => {
      response.writeHead(200, JSON_TYPE);
      const timer = setInterval(() => response.write(' '), 50);
      response.once('close', () => clearInterval(timer));
    }),
    kind: unavailable,
    says: /not whole after/,
    isSlow: true,
  },
];
