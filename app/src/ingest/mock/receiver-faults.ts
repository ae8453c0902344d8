import { type Fault, JSON_TYPE, type MockReply } from './reply.ts';

/** An answer of a receiver or a service, as far as faults change it. */
interface Answer {
  readonly now: number;
  readonly aircraft?: readonly Entry[];
  readonly ac?: readonly Entry[];
}
type Entry = Readonly<Record<string, unknown>>;

const changed = (change: (answer: Answer) => unknown): Fault => ({
  kind: 'changed',
  change: (right: MockReply) => ({
    ...right,
    body: JSON.stringify(change(JSON.parse(right.body) as Answer)),
  }),
});
const entries = (change: (entry: Entry) => readonly Entry[]): Fault =>
  changed(({ aircraft, ac, ...rest }) => ({
    ...rest,
    ...(aircraft && { aircraft: aircraft.flatMap((entry) => change(entry)) }),
    ...(ac && { ac: ac.flatMap((entry) => change(entry)) }),
  }));
const renamed = (entry: Entry, names: Readonly<Record<string, string>>): Entry =>
  Object.fromEntries(Object.entries(entry).map(([name, value]) => [names[name] ?? name, value]));
const without = (from: object, ...names: readonly string[]): Entry =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));
const status = (code: number, body = '', headers: MockReply['headers'] = {}): Fault => ({
  kind: 'status',
  status: code,
  headers,
  body,
});

/** Names of dump1090-mutability. */
const LEGACY = { alt_baro: 'altitude', gs: 'speed', baro_rate: 'vert_rate' };

/** Faults of receivers and services alike. */
const SHARED = {
  truncated: ['half of the answer', { kind: 'truncated' }],
  empty: ['an answer without a byte', { kind: 'body', body: '' }],
  'no-aircraft': [
    'an answer with no aircraft in it',
    changed(({ aircraft, ac, ...rest }) => ({
      ...rest,
      ...(aircraft && { aircraft: [] }),
      ...(ac && { ac: [] }),
    })),
  ],
  frozen: ['the same answer again, so its time stands still (with --rate 1)', { kind: 'repeated' }],
  impossible: ['a latitude of 91 for each aircraft', entries((entry) => [{ ...entry, lat: 91 }])],
  'empty-objects': ['aircraft of which nothing is known: {}', entries((entry) => [entry, {}])],
  'without-now': ['an answer that does not say its time', changed((answer) => without(answer, 'now'))],
  'behind-60-s': [
    'a time that is 60 s behind',
    changed(({ now, ...rest }) => ({ now: now > 1e11 ? now - 60_000 : now - 60, ...rest })),
  ],
  'other-addresses': [
    'addresses with ~, which are not of the ICAO',
    entries((entry) => [{ ...entry, hex: `~${String(entry['hex'])}` }]),
  ],
  'last-positions': [
    'positions that are a minute old, in lastPosition',
    entries((entry) => {
      const { lat, lon } = entry;
      const lastPosition = { lat, lon, seen_pos: 61, nic: 8, rc: 186 };
      return [{ ...without(entry, 'lat', 'lon', 'seen_pos'), ...(lat !== undefined && { lastPosition }) }];
    }),
  ],
  texts: [
    'numbers written as texts',
    entries((entry) => [{ ...entry, gs: String(entry['gs']), track: String(entry['track']) }]),
  ],
  doubled: ['each aircraft twice', entries((entry) => [entry, entry])],
  'web-page': [
    'a web page instead',
    { kind: 'body', body: '<!doctype html><title>Login</title>', type: 'text/html' },
  ],
  'error-page-500': [
    '500 and a web page',
    status(500, '<html><body>Error</body></html>', { 'content-type': 'text/html' }),
  ],
  'bad-gateway-502': ['502', status(502)],
  'busy-503': ['503', status(503)],
  slow: ['half of the answer, then silence', { kind: 'stall' }],
  silent: ['no answer at all', { kind: 'hang' }],
  reset: ['a connection that breaks', { kind: 'reset' }],
} as const satisfies Readonly<Record<string, readonly [says: string, fault: Fault]>>;

/** What a receiver's program does wrong: what it is, and how it is made. */
export const READSB_FAULTS = {
  ...SHARED,
  'legacy-names': [
    'the names of dump1090-mutability: altitude, speed, vert_rate',
    entries((entry) => [renamed(entry, LEGACY)]),
  ],
  'bare-list': ['the list alone, as the first dump1090', changed(({ aircraft }) => aircraft)],
  'broken-number': [
    'an aircraft with a number that is not JSON: nan',
    {
      kind: 'changed',
      change: (right) => ({ ...right, body: right.body.replace(/"lat":-?[\d.]+/, '"lat":nan') }),
    },
  ],
  'not-found-404': [
    '404, as while the program starts',
    status(404, '<html>404</html>', { 'content-type': 'text/html' }),
  ],
} as const satisfies Readonly<Record<string, readonly [says: string, fault: Fault]>>;

/** What a service does wrong. */
export const ADSBX_FAULTS = {
  ...SHARED,
  'rate-limited': ['429 and when to return', status(429, 'Too many requests', { 'retry-after': '30' })],
  'rate-limited-untold': ['429 alone', status(429)],
  'forbidden-403': ['403, as without approval', status(403, '{"detail":"Forbidden"}', JSON_TYPE)],
  'said-in-msg': [
    'an answer without aircraft that says why in msg',
    { kind: 'body', body: '{"msg":"You have exceeded the quota"}' },
  ],
} as const satisfies Readonly<Record<string, readonly [says: string, fault: Fault]>>;
