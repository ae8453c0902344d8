const DAY_MICROS = 86_400_000_000n;
const MICROS: Readonly<Record<string, bigint>> = {
  week: 7n * DAY_MICROS,
  day: DAY_MICROS,
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
  millisecond: 1_000n,
  microsecond: 1n,
};
const MONTHS: Readonly<Record<string, bigint>> = { year: 12n, month: 1n };
const LONG_MAX = 2n ** 63n - 1n;

/** Java's single-byte whitespace, which does not include the no-break space. */
const BLANK = '[\\t-\\r\\x1c-\\x20]';
const ENDS = new RegExp('^[\\0- ]+|[\\0- ]+$', 'g');
const PART = new RegExp(
  `${BLANK}*([+-]?)${BLANK}*(\\d*)(\\.\\d{0,9})?${BLANK}+(${[...Object.keys(MONTHS), ...Object.keys(MICROS)].join('|')})s?(?:${BLANK}+|$)`,
  'y',
);

/**
 * Milliseconds of an interval as table properties write it, cut to a whole number: `interval 1 week`, `2 days 12
 * hours`, `-1 DAY + 36 hours`, `90 days .5 seconds`. Null for everything that Delta Spark refuses: months and years
 * (they have no fixed length), a sum below zero, and other text.
 *
 *     interval = [ "interval " ] part { part }
 *     part     = [ "+" | "-" ] ( digits [ "." digits ] | "." digits ) unit [ "s" ]
 *
 * Only seconds take a fraction, of nine digits at most. Source: Delta Spark, DeltaConfigs.parseCalendarInterval and
 * isValidIntervalConfigValue; Spark, IntervalUtils.stringToInterval.
 */
export function parseInterval(text: string): number | null {
  const parts = text
    .replace(ENDS, '')
    .toLowerCase()
    .replace(/^interval /, '');
  if (parts === '') return null;
  let [months, micros] = [0n, 0n];
  PART.lastIndex = 0;
  while (PART.lastIndex < parts.length) {
    const [, sign, digits = '', fraction, unit = ''] = PART.exec(parts) ?? [];
    if (unit === '' || (fraction !== undefined && unit !== 'second')) return null;
    // A lone point counts as 0 after a sign, and is refused without one.
    if (digits === '' && (fraction === undefined || (fraction === '.' && sign === ''))) return null;
    const factor = sign === '-' ? -1n : 1n;
    const count = factor * BigInt(digits);
    const fractionMicros = factor * BigInt((fraction ?? '.').slice(1).padEnd(6, '0').slice(0, 6));
    months += count * (MONTHS[unit] ?? 0n);
    micros += count * (MICROS[unit] ?? 0n) + fractionMicros;
  }
  if (months !== 0n || micros < 0n || micros > LONG_MAX) return null;
  return Number(micros / 1000n);
}
