import type { RowColumns } from 'contrail/wire/columns';
import { UNITS_PER } from 'contrail/wire/units';

/** A circle round a place on the ground. */
export interface Near {
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  readonly km: number;
  /** What the place is called, as the code of an airport; empty where it has no name. */
  readonly name: string;
}

/** The widest circle, km: half round the world is everywhere. */
const WIDEST_KM = 20_000;
/** Of the mean sphere of the Earth (IUGG), km. */
const RADIUS_KM = 6371.0088;
const RADIANS = Math.PI / 180;
/** More places in the address than this are passed over. */
const MOST_PLACES = 20;

/** `50.0333,8.5706,25,EDDF`: latitude, longitude, km and perhaps a name; null for what is none. */
export function parseNear(text: string): Near | null {
  const [latitude, longitude, km, ...name] = text.split(',').map((part) => part.trim());
  const numbers = [latitude, longitude, km].map((part) => (part ? Number(part) : Number.NaN));
  const [lat = Number.NaN, lon = Number.NaN, radius = Number.NaN] = numbers;
  const isPlace = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && radius > 0 && radius <= WIDEST_KM;
  return isPlace ? { latitude: lat, longitude: lon, km: radius, name: cleanName(name.join(' ')) } : null;
}

/** The reverse of {@link parseNear}. */
export function formatNear({ latitude, longitude, km, name }: Near): string {
  return [latitude, longitude, km, ...(name === '' ? [] : [name])].join(',');
}

/** The circles of an address, `;` between them. */
export function parseNears(text: string): readonly Near[] {
  return text
    .split(';')
    .slice(0, MOST_PLACES)
    .flatMap((part) => parseNear(part) ?? []);
}

/** Whether an aircraft is in one of these circles. Pure, and allocates nothing for a row. */
export function nearTest(places: readonly Near[], columns: RowColumns): (row: number) => boolean {
  const circles = places.map(({ latitude, longitude, km }) => ({
    latitude: latitude * RADIANS,
    longitude: longitude * RADIANS,
    cosine: Math.cos(latitude * RADIANS),
    angle: km / RADIUS_KM,
    // Compared before the arc sine: the square of the sine of half the angle.
    limit: Math.sin(Math.min(Math.PI, km / RADIUS_KM) / 2) ** 2,
  }));
  const perUnit = RADIANS / UNITS_PER.degree;
  return (row) => {
    const latitude = (columns.latitude[row] ?? 0) * perUnit;
    const longitude = (columns.longitude[row] ?? 0) * perUnit;
    for (const circle of circles) {
      // Most aircraft are too far north or south, which costs no sine.
      if (Math.abs(latitude - circle.latitude) > circle.angle) continue;
      const north = Math.sin((latitude - circle.latitude) / 2) ** 2;
      const east = Math.sin((longitude - circle.longitude) / 2) ** 2;
      if (north + Math.cos(latitude) * circle.cosine * east <= circle.limit) return true;
    }
    return false;
  };
}

/** A name that separates nothing in the address. */
function cleanName(name: string): string {
  return name.replaceAll(/[;,]/g, ' ').trim().slice(0, 40);
}
