/** Formats values for people. An unknown value is a dash, never 0; every function is pure. */

/** Shown for a value that is not known. */
export const UNKNOWN = '–';

/** Metric is OpenSky's and the lake's; aviation is feet, knots and feet per minute. */
export type Units = 'metric' | 'aviation';

const METRES_PER_FOOT = 0.3048;
const KMH_PER_KNOT = 1.852;

/** A unit that people choose: its name, and how many of the lake's unit (m, km/h, m/s, km) one of it is. */
export interface Scale {
  readonly name: string;
  readonly per: number;
}

/** The units of each quantity. */
export const SCALES: Readonly<
  Record<'altitude' | 'speed' | 'verticalRate' | 'distance', Readonly<Record<Units, Scale>>>
> = {
  altitude: { metric: { name: 'm', per: 1 }, aviation: { name: 'ft', per: METRES_PER_FOOT } },
  speed: { metric: { name: 'km/h', per: 1 }, aviation: { name: 'kt', per: KMH_PER_KNOT } },
  verticalRate: { metric: { name: 'm/s', per: 1 }, aviation: { name: 'ft/min', per: METRES_PER_FOOT / 60 } },
  distance: { metric: { name: 'km', per: 1 }, aviation: { name: 'NM', per: KMH_PER_KNOT } },
};

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const compactNumber = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumSignificantDigits: 3 });

/** Larger numbers are shortened: a feed may send a number with 309 digits. */
const MOST = 1e15;

/** 12,345, or 1.2e+308 for very large numbers. */
function wholeNumber(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  return Math.abs(value) < MOST ? whole.format(value) : value.toExponential(1);
}

/** 12,345 */
export function count(value: number | null | undefined): string {
  return value == null ? UNKNOWN : wholeNumber(value);
}

/** 12.3k */
export function compact(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return UNKNOWN;
  if (Math.abs(value) >= MOST) return value.toExponential(1);
  return Math.abs(value) < 10_000 ? whole.format(value) : compactNumber.format(value).toLowerCase();
}

/** 10,668 m or 35,000 ft */
export function altitude(metres: number | null, units: Units): string {
  if (metres === null) return UNKNOWN;
  return units === 'metric' ? `${wholeNumber(metres)} m` : `${wholeNumber(metres / METRES_PER_FOOT)} ft`;
}

/** 834 km/h or 450 kt */
export function speed(kmh: number | null, units: Units): string {
  if (kmh === null) return UNKNOWN;
  return units === 'metric' ? `${wholeNumber(kmh)} km/h` : `${wholeNumber(kmh / KMH_PER_KNOT)} kt`;
}

/** +5.2 m/s or +1,024 ft/min; level flight has no sign. */
export function verticalRate(metresPerSecond: number | null, units: Units): string {
  if (metresPerSecond === null) return UNKNOWN;
  const value = units === 'metric' ? metresPerSecond : (metresPerSecond / METRES_PER_FOOT) * 60;
  const isLong = !(Math.abs(value) < MOST);
  const digits = units === 'metric' && !isLong ? value.toFixed(1) : wholeNumber(Math.round(value / 10) * 10);
  const sign = value > 0 ? '+' : '';
  return `${sign}${digits.replace('-', '−').replace('−0.0', '0.0')} ${units === 'metric' ? 'm/s' : 'ft/min'}`;
}

/** 087° E */
export function heading(degrees: number | null): string {
  if (degrees === null) return UNKNOWN;
  const names = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];
  if (!Number.isFinite(degrees)) return UNKNOWN;
  const held = ((Math.round(degrees) % 360) + 360) % 360;
  return `${String(held).padStart(3, '0')}° ${names[Math.round(held / 45) % 8] ?? 'N'}`;
}

/** 12.3 km or 6.6 NM */
export function distance(km: number | null, units: Units): string {
  if (km === null) return UNKNOWN;
  const { name, per } = SCALES.distance[units];
  const value = km / per;
  return `${Math.abs(value) < 100 ? value.toFixed(1) : wholeNumber(value)} ${name}`;
}

/** 48.1234° N, 11.5678° E */
export function position(latitude: number, longitude: number): string {
  const north = latitude < 0 ? 'S' : 'N';
  const east = longitude < 0 ? 'W' : 'E';
  return `${Math.abs(latitude).toFixed(3)}° ${north}, ${Math.abs(longitude).toFixed(3)}° ${east}`;
}

/** 1.4 s, 38 s, 4 min, 2 h 05 min, 3 d: as coarse as the age allows. */
export function age(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds)) return UNKNOWN;
  const held = Math.max(0, seconds);
  if (held < 9.95) return `${held.toFixed(1)} s`;
  if (held < 99.5) return `${Math.round(held)} s`;
  if (held < 3600) return `${Math.min(59, Math.round(held / 60))} min`;
  if (held < 86_400) {
    const minutes = Math.floor(held / 60);
    return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  }
  return `${wholeNumber(Math.floor(held / 86_400))} d`;
}

/** Whole seconds below two minutes, for text that must not change too often: 38 s. */
export function calmAge(seconds: number | null | undefined): string {
  return seconds == null || !(seconds < 9.95) ? age(seconds) : `${Math.round(Math.max(0, seconds))} s`;
}

/** 340 ms, 1.2 s, 5 s */
export function duration(ms: number | null | undefined): string {
  if (ms == null || !Number.isFinite(ms)) return UNKNOWN;
  if (ms < 995) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0).replace(/\.0$/, '')} s`;
}

/** 12 kB, 3.4 MB (powers of 1000) */
export function bytes(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return UNKNOWN;
  let held = value;
  for (const unit of ['B', 'kB', 'MB', 'GB'] as const) {
    if (held < 999.5)
      return `${unit === 'B' || held >= 99.5 ? Math.round(held) : held.toPrecision(2)} ${unit}`;
    held /= 1000;
  }
  return `${held < MOST ? held.toFixed(1) : held.toExponential(1)} TB`;
}

/** Whether a number is a time from 1970 to the end of 9999: a commit or a feed may send any number. */
function isTime(epoch_ms: number): boolean {
  return epoch_ms >= 0 && epoch_ms < 253_402_300_800_000;
}

/** 04:49:02 of epoch milliseconds, UTC. */
export function timeOfDay(epoch_ms: number | null): string {
  return epoch_ms === null || !isTime(epoch_ms) ? UNKNOWN : new Date(epoch_ms).toISOString().slice(11, 19);
}

/**
 * `05:49:02 CET` of epoch milliseconds: the time of day where the reader is, or in the zone that is named, with its name. `+1 d`
 * where it is the next day there already.
 */
export function localTime(epoch_ms: number, timeZone?: string): string {
  if (!isTime(epoch_ms)) return UNKNOWN;
  const zone = timeZone === undefined ? {} : { timeZone };
  const time = new Intl.DateTimeFormat('en-GB', { ...LOCAL_TIME, ...zone }).format(epoch_ms);
  const there = new Intl.DateTimeFormat('sv-SE', zone).format(epoch_ms);
  const here = day(epoch_ms);
  return there === here ? time : `${time} ${there > here ? '+1' : '−1'} d`;
}

const LOCAL_TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' } as const;

/** `04:49:02 UTC`, or `04:49:02 UTC (05:49:02 CET)` where people want that: `words` are a time in UTC, epoch milliseconds. */
export function utc(words: string, epoch_ms: number | null, hasLocal: boolean): string {
  return hasLocal && epoch_ms !== null ? `${words} UTC (${localTime(epoch_ms)})` : `${words} UTC`;
}

/** 04:45 of epoch seconds, UTC. */
export function hourMinute(epoch_s: number | null): string {
  return epoch_s === null || !isTime(epoch_s * 1000)
    ? UNKNOWN
    : new Date(epoch_s * 1000).toISOString().slice(11, 16);
}

/** 2026-11-23 of epoch milliseconds, UTC. */
export function day(epoch_ms: number): string {
  return isTime(epoch_ms) ? new Date(epoch_ms).toISOString().slice(0, 10) : UNKNOWN;
}

/** As {@link timeOfDay}, with the day in front where it is not that of `now_ms`. */
export function moment(epoch_ms: number | null, now_ms: number): string {
  return dated(epoch_ms, now_ms, timeOfDay(epoch_ms));
}

/** As {@link hourMinute}, with the day in front where it is not that of `now_s`. Both epoch seconds. */
export function momentMinute(epoch_s: number | null, now_s: number): string {
  return dated(epoch_s === null ? null : epoch_s * 1000, now_s * 1000, hourMinute(epoch_s));
}

function dated(epoch_ms: number | null, now_ms: number, time: string): string {
  return epoch_ms === null || !isTime(epoch_ms) || day(epoch_ms) === day(now_ms)
    ? time
    : `${day(epoch_ms)} ${time}`;
}

/** 04:45 to 04:50, with the day where it is not today's, once where both are of one day. Epoch seconds. */
export function span(from_s: number | null, to_s: number | null, now_s: number): string {
  const isOneDay = from_s !== null && to_s !== null && day(from_s * 1000) === day(to_s * 1000);
  return `${momentMinute(from_s, now_s)} to ${isOneDay ? hourMinute(to_s) : momentMinute(to_s, now_s)}`;
}

/** Ages beyond this are told as a date, seconds: nobody counts 1,302 days. */
const DATED_FROM_S = 2 * 86_400;

/** `41 s ago`, or `2021-10-17` where that is days ago. Epoch seconds. */
export function since(epoch_s: number, now_s: number): string {
  const seconds = Math.max(0, now_s - epoch_s);
  return seconds < DATED_FROM_S ? `${calmAge(seconds)} ago` : day(epoch_s * 1000);
}

/** `41 s old`, or `of 2021-10-17`. Epoch seconds. */
export function oldness(epoch_s: number, now_s: number): string {
  const seconds = Math.max(0, now_s - epoch_s);
  return seconds < DATED_FROM_S ? `${calmAge(seconds)} old` : `of ${day(epoch_s * 1000)}`;
}

/** `41 s`, or `2021-10-17`: where there is room for the value alone. */
export function ageOrDay(seconds: number | null | undefined, now_s: number): string {
  if (seconds == null || !(seconds >= DATED_FROM_S)) return calmAge(seconds);
  return day((now_s - seconds) * 1000);
}

/** `one aircraft`, `12 aircraft`: the word in the number it needs. */
export function plural(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
