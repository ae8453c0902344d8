/** Dates and instants as text, over the whole range of Delta (years beyond 9999 included), proleptic Gregorian. */

/** Instants count microseconds since 1970. */
export const MICROS_PER_DAY = 86_400_000_000n;

/** Days since 1970-01-01 of a civil date. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
export function daysOfDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** `YYYY-MM-DD` of a day number; outside the years 0000 to 9999 a sign and six digits (ISO 8601 expanded). */
export function formatDate(daysSinceEpoch: number): string {
  const shifted = daysSinceEpoch + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const yearText =
    year >= 0 && year <= 9999
      ? String(year).padStart(4, '0')
      : `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
  return `${yearText}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** Day number of `YYYY-MM-DD` (or with sign and more year digits), or null when it is not a date. */
export function parseDate(text: string): number | null {
  const match = /^([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  return daysOfDate(year, month, day);
}

/** `YYYY-MM-DDTHH:MM:SS.ffffff` of microseconds since the epoch, with `digits` decimals (0 to 6), truncated. */
export function formatInstant(micros: bigint, digits: number = 6, separator: string = 'T'): string {
  let day = micros / MICROS_PER_DAY;
  let rest = micros % MICROS_PER_DAY;
  if (rest < 0n) {
    rest += MICROS_PER_DAY;
    day -= 1n;
  }
  const ofDay = Number(rest);
  const seconds = Math.floor(ofDay / 1_000_000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const fraction =
    digits === 0
      ? ''
      : `.${String(ofDay % 1_000_000)
          .padStart(6, '0')
          .slice(0, digits)}`;
  return `${formatDate(Number(day))}${separator}${clock}${fraction}`;
}

const INSTANT =
  /^([+-]?\d{4,6}-\d{1,2}-\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/;

/**
 * Microseconds since the epoch of ISO-8601 or `YYYY-MM-DD HH:MM:SS[.f]` text; without a zone it is UTC. Null when it is
 * not an instant.
 */
export function parseInstant(text: string): bigint | null {
  const match = INSTANT.exec(text.trim());
  if (!match) return null;
  const days = parseDate(match[1] ?? '');
  if (days === null) return null;
  const seconds = Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
  const fraction = Number((match[5] ?? '').padEnd(6, '0').slice(0, 6));
  return BigInt(days) * MICROS_PER_DAY + BigInt((seconds - zoneSeconds(match[6])) * 1_000_000 + fraction);
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2) || 0) * 60;
  return zone.startsWith('-') ? -seconds : seconds;
}
