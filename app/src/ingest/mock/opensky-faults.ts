import type { MockReply } from './opensky.ts';

/** Faults of OpenSky, or of a proxy in front of it, that were observed. All but `slow` change one answer. */
export const OPENSKY_FAULTS = [
  'states-null',
  'unauthorized-once',
  'rate-limited',
  'error-page-500',
  'bad-gateway-502',
  'busy-503',
  'truncated',
  'slow',
  'fields-17',
  'fields-19',
  'whole-numbers',
  'empty-callsigns',
  'doubled',
  'behind-60-s',
  'category-minus-1',
] as const;
export type OpenSkyFault = (typeof OPENSKY_FAULTS)[number];

/** Whether a request with this fault gives no answer that can be used, nor costs credits for one. */
export const isRefusal = (fault: OpenSkyFault): boolean =>
  ['unauthorized-once', 'rate-limited', 'error-page-500', 'bad-gateway-502', 'busy-503'].includes(fault);

/** The answer with a fault. A server keeps back half of the body of a `slow` one. */
export function withFault({ status, headers, body }: MockReply, fault: OpenSkyFault): MockReply {
  const refusal = (code: number, text = '', more: MockReply['headers'] = {}): MockReply => ({
    status: code,
    headers: more,
    body: text,
  });
  const rows = (change: (row: readonly unknown[]) => readonly unknown[][]): MockReply =>
    changed((json) => ({ ...json, states: json.states?.flatMap((row) => change(row)) ?? null }));
  const changed = (change: (json: Answer) => Answer): MockReply => ({
    status,
    headers,
    body: JSON.stringify(change(JSON.parse(body) as Answer)),
  });
  switch (fault) {
    case 'states-null':
      return changed((json) => ({ ...json, states: null }));
    case 'unauthorized-once':
      return refusal(401);
    case 'rate-limited':
      return refusal(429, 'Too many requests', { 'x-rate-limit-retry-after-seconds': '60' });
    case 'error-page-500':
      return refusal(500, '<html><body>Something went wrong.</body></html>', { 'content-type': 'text/html' });
    case 'bad-gateway-502':
      return refusal(502);
    case 'busy-503':
      return refusal(503);
    case 'truncated':
      return { status, headers, body: body.slice(0, Math.floor(body.length / 2)) };
    case 'slow':
      return { status, headers, body };
    case 'fields-17':
      return rows((row) => [row.slice(0, 17)]);
    case 'fields-19':
      return rows((row) => [[...row, 'more']]);
    case 'whole-numbers':
      return rows((row) => [
        row.map((value, at) => (at > 6 && typeof value === 'number' ? Math.round(value) : value)),
      ]);
    case 'empty-callsigns':
      return rows((row) => [row.with(1, '')]);
    case 'doubled':
      return rows((row) => [[...row], [...row]]);
    case 'behind-60-s':
      return changed((json) => ({ ...json, time: json.time - 60 }));
    case 'category-minus-1':
      return rows((row) => [row.with(17, -1)]);
  }
}

interface Answer {
  readonly time: number;
  readonly states: readonly (readonly unknown[])[] | null;
}
