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

/** `one aircraft`, `12 aircraft`: the word in the number it needs. */
export function plural(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
