const DAY_MS = 86_400_000;

/** Days since 1970-01-01 as `YYYY-MM-DD`; years beyond 9999 and before 0 have a sign, as in ISO 8601. */
export function formatDate(days: number): string {
  const date = new Date(days * DAY_MS);
  const year = date.getUTCFullYear();
  const digits = String(Math.abs(year)).padStart(4, '0');
  const sign = year < 0 ? '-' : year > 9999 ? '+' : '';
  return `${sign}${digits}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

/** The days since 1970-01-01 of `YYYY-MM-DD`, or undefined when it is not a date in the years 0001 to 9999. */
export function parseDate(text: string): number | undefined {
  if (!/^(?!0000)\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(ms)) return undefined;
  const days = ms / DAY_MS;
  return formatDate(days) === text ? days : undefined;
}

/** Microseconds since 1970-01-01 as `YYYY-MM-DD HH:MM:SS.ffffff`, without a zone. */
export function formatMicros(micros: bigint): string {
  const dayMicros = BigInt(DAY_MS) * 1000n;
  const inDay = ((micros % dayMicros) + dayMicros) % dayMicros;
  const days = Number((micros - inDay) / dayMicros);
  const seconds = Number(inDay / 1_000_000n);
  const fraction = String(inDay % 1_000_000n).padStart(6, '0');
  const time = [Math.trunc(seconds / 3600), Math.trunc(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return `${formatDate(days)} ${time}.${fraction}`;
}

const two = (value: number): string => String(value).padStart(2, '0');
