import type { Fault } from './reply.ts';

interface Answer {
  readonly time: number;
  readonly states: readonly (readonly unknown[])[] | null;
}

const changed = (change: (answer: Answer) => unknown): Fault => ({
  kind: 'changed',
  change: (right) => ({ ...right, body: JSON.stringify(change(JSON.parse(right.body) as Answer)) }),
});
const rows = (change: (row: readonly unknown[]) => readonly (readonly unknown[])[]): Fault =>
  changed(({ time, states }) => ({ time, states: states?.flatMap((row) => change(row)) ?? null }));
const status = (code: number, body = '', headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: 'status',
  status: code,
  headers,
  body,
});
/** Seconds of an hour. */
const HOUR = 3_600;
const HTML = { 'content-type': 'text/html' };

/**
 * Faults of OpenSky, or of a proxy in front of it, that were observed: what each is, and how it is made.
 * Source: OpenSky REST API, its issues and those of programs that ask it.
 */
export const OPENSKY_FAULTS = {
  'states-null': ['an answer whose states are null', changed(({ time }) => ({ time, states: null }))],
  'states-missing': ['an answer without states', changed(({ time }) => ({ time }))],
  'unauthorized-once': ['401', status(401)],
  'forbidden-403': ['403, as for many cloud providers', status(403)],
  'rate-limited': [
    '429 and when to return',
    status(429, 'Too many requests', { 'x-rate-limit-retry-after-seconds': '60' }),
  ],
  'error-page-500': [
    '500 and a web page',
    status(500, '<html><body>Something went wrong.</body></html>', HTML),
  ],
  'bad-gateway-502': ['502', status(502)],
  'busy-503': ['503', status(503)],
  'web-page': ['a web page instead', { kind: 'body', body: '<!doctype html>', type: 'text/html' }],
  truncated: ['half of the answer', { kind: 'truncated' }],
  slow: ['half of the answer, then silence', { kind: 'stall' }],
  late: ['half of the answer, and the other half 20 s later', { kind: 'late', ms: 20_000 }],
  'fields-17': ['rows without the category', rows((row) => [row.slice(0, 17)])],
  'fields-19': ['rows with one field more', rows((row) => [[...row, 'more']])],
  'whole-numbers': [
    'numbers without a fraction',
    rows((row) => [
      row.map((value, at) => (at > 6 && typeof value === 'number' ? Math.round(value) : value)),
    ]),
  ],
  'empty-callsigns': ['callsigns that are empty', rows((row) => [row.with(1, '')])],
  doubled: ['each aircraft twice', rows((row) => [row, row])],
  'behind-60-s': ['a time that is 60 s behind', changed((answer) => ({ ...answer, time: answer.time - 60 }))],
  frozen: ['the same answer again, so its time stands still (with --rate 1)', { kind: 'repeated' }],
  'few-aircraft': [
    'one aircraft of three',
    changed(({ time, states }) => ({ time, states: states?.filter((_, at) => at % 3 === 0) ?? null })),
  ],
  impossible: ['a latitude of 91 for each aircraft', rows((row) => [row.with(6, 91)])],
  'clock-behind-1-h': [
    'a clock, in time and Date, that is an hour behind',
    {
      kind: 'changed',
      change: (right) => {
        const { time, states } = JSON.parse(right.body) as Answer;
        const date = new Date((time - HOUR) * 1000).toUTCString();
        const body = JSON.stringify({ time: time - HOUR, states });
        return { ...right, headers: { ...right.headers, date }, body };
      },
    },
  ],
  'category-minus-1': ['the category -1', rows((row) => [row.slice(0, 17).concat(-1)])],
} as const satisfies Readonly<Record<string, readonly [says: string, fault: Fault]>>;

export type OpenSkyFault = keyof typeof OPENSKY_FAULTS;
