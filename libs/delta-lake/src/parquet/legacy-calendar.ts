import type { KeyValue } from 'hyparquet';
import { DeltaError } from '../errors.ts';
import { daysOfDate, MICROS_PER_DAY } from '../schema/instant.ts';

/**
 * Spark before 3.0, and later versions in LEGACY mode, wrote dates and instants in the calendar of `java.util`: Julian
 * before 15 October 1582, and without the zone offsets from before 1900. The footer of such a file says so. Source:
 * Spark, DataSourceUtils (which files) and RebaseDateTime (what they mean).
 */
export interface LegacyCalendar {
  readonly dates: boolean;
  /** The zone of the writer, for instants stored as INT64 and as INT96; null if they need no correction. */
  readonly int64Zone: string | null;
  readonly int96Zone: string | null;
}

/** The calendar that the footer's entries name; null if dates and instants need no correction. */
export function legacyCalendar(entries: readonly KeyValue[] | undefined): LegacyCalendar | null {
  const facts = new Map(entries?.map(({ key, value }) => [key, value ?? '']));
  const version = facts.get('org.apache.spark.version');
  if (version === undefined) return null;
  const isLegacy = version < '3.0.0' || facts.has('org.apache.spark.legacyDateTime');
  const isInt96Legacy = version < '3.1.0' || facts.has('org.apache.spark.legacyINT96');
  const zone = facts.get('org.apache.spark.timeZone') ?? 'UTC';
  if (!isLegacy && !isInt96Legacy) return null;
  return { dates: isLegacy, int64Zone: isLegacy ? zone : null, int96Zone: isInt96Legacy ? zone : null };
}

/** 15 October 1582, the first day of the Gregorian calendar, in days since 1970. */
const GREGORIAN_FROM = -141_427;
const MICROS_PER_SECOND = 1_000_000n;
/** 1 January 1900: no later instant differs. */
const LEGACY_BEFORE = -2_208_988_800n * MICROS_PER_SECOND;
/** Offsets of zones are below a day. */
const SLACK = MICROS_PER_DAY;

/** The day that a legacy writer meant: the one with the same year, month and day. */
export function fromLegacyDays(days: number): number {
  if (days >= GREGORIAN_FROM) return days;
  // Source: E. G. Richards, "Calendars", in the Explanatory Supplement to the Astronomical Almanac.
  const c = days + 2_440_588 + 32_082;
  const d = Math.floor((4 * c + 3) / 1461);
  const e = c - Math.floor((1461 * d) / 4);
  const m = Math.floor((5 * e + 2) / 153);
  const day = e - Math.floor((153 * m + 2) / 5) + 1;
  return daysOfDate(d - 4800 + Math.floor(m / 10), m + 3 - 12 * Math.floor(m / 10), day);
}

/** The instant that a legacy writer meant: the one at which clocks in its zone show the same date and time. */
export function fromLegacyMicros(micros: bigint, zone: string): bigint {
  if (micros >= LEGACY_BEFORE + SLACK) return micros;
  const local = micros + offsetMicros(zone, micros < LEGACY_BEFORE ? LEGACY_BEFORE : micros);
  const day = local / MICROS_PER_DAY - (local % MICROS_PER_DAY < 0n ? 1n : 0n);
  const meant = BigInt(fromLegacyDays(Number(day))) * MICROS_PER_DAY + (local - day * MICROS_PER_DAY);
  // The offset depends on the instant that it is needed for. A second step settles all but the moment of a change.
  const close = meant - offsetMicros(zone, meant);
  return meant - offsetMicros(zone, close);
}

/** No zone had a change of its offset before 1800. */
const FIRST_CHANGE = -5_364_662_400n * MICROS_PER_SECOND;
const formats = new Map<string, Intl.DateTimeFormat>();

/** How far clocks in the zone are ahead of UTC at an instant. @throws DeltaError corrupt-file for an unknown zone */
function offsetMicros(zone: string, micros: bigint): bigint {
  if (zone === 'UTC' || zone === 'Z') return 0n;
  const seconds = Number((micros < FIRST_CHANGE ? FIRST_CHANGE : micros) / MICROS_PER_SECOND);
  const parts = formatOf(zone).formatToParts(seconds * 1000);
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  const days = daysOfDate(part['year'] ?? 0, part['month'] ?? 0, part['day'] ?? 0);
  const clock = (part['hour'] ?? 0) * 3600 + (part['minute'] ?? 0) * 60 + (part['second'] ?? 0);
  return BigInt(days * 86_400 + clock - seconds) * MICROS_PER_SECOND;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const numeric = 'numeric';
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      // Java also writes GMT+08:00.
      timeZone: zone.replace(/^(?:GMT|UTC)(?=[+-])/, ''),
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    formats.set(zone, format);
    return format;
  } catch (cause) {
    throw new DeltaError('corrupt-file', `its writer's time zone "${zone}" is unknown`, { cause });
  }
}
