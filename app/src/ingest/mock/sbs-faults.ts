/** What a receiver does to the lines of a moment. */
export interface SentLines {
  readonly lines: readonly string[];
  /** What comes after them: the connection breaks, or nothing is heard for a while. */
  readonly after?: 'break' | { readonly silentMs: number };
}

/** Longer than a source waits for a line without a word. */
const SILENT_MS = 70_000;
const HOUR = /(\d\d)(?=:\d\d:\d\d\.\d{3})/g;

const each =
  (change: (line: string) => string) =>
  (lines: readonly string[]): SentLines => ({ lines: lines.map(change) });
const first =
  (change: (line: string) => readonly string[]) =>
  ([line, ...others]: readonly string[]): SentLines => ({
    lines: [...(line === undefined ? [] : change(line)), ...others],
  });

/** What a receiver on port 30003 does wrong: what it is, and what becomes of the lines of a moment. */
export const SBS_FAULTS = {
  dropped: ['a connection that breaks', (lines) => ({ lines, after: 'break' })],
  'cut-line': [
    'a connection that breaks within a line',
    (lines) => ({ lines: [...lines.slice(0, -1), (lines.at(-1) ?? '').slice(0, 30)], after: 'break' }),
  ],
  silent: [`silence for ${SILENT_MS / 1000} s`, () => ({ lines: [], after: { silentMs: SILENT_MS } })],
  garbled: ['a line with letters in a number', first((line) => [line.replace(/\d(?=[^,]*$)/, 'x')])],
  impossible: [
    'a line with a latitude of 258',
    first((line) => [withField(withField(line, 15, '258.1'), 16, '8.5')]),
  ],
  'lost-bytes': ['a line that lost its middle', first((line) => [line.slice(0, 20) + line.slice(45)])],
  'too-long': ['a line of 5,000 bytes', first((line) => [line, 'x'.repeat(5_000)])],
  'other-kinds': [
    'lines of the kinds STA, AIR, ID and CLK',
    first((line) => [line, ...['STA', 'AIR', 'ID', 'CLK'].map((kind) => line.replace(/^\w+/, kind))]),
  ],
  'wrong-clock': ['times that are an hour ahead', each((line) => line.replaceAll(HOUR, anHourAhead))],
  'no-times': ['lines without times', each((line) => withoutTimes(line))],
  'unknown-as-zero': [
    '0, 0 for a position that is unknown',
    first((line) => [withField(withField(line, 15, '0'), 16, '0')]),
  ],
} as const satisfies Readonly<
  Record<string, readonly [says: string, make: (lines: readonly string[]) => SentLines]>
>;

export type SbsFault = keyof typeof SBS_FAULTS;

const anHourAhead = (hour: string): string => String((Number(hour) + 1) % 24).padStart(2, '0');

function withField(line: string, number: number, text: string): string {
  return line
    .split(',')
    .with(number - 1, text)
    .join(',');
}

const withoutTimes = (line: string): string =>
  line
    .split(',')
    .map((field, at) => (at >= 6 && at <= 9 ? '' : field))
    .join(',');
