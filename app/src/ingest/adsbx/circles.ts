import { ContrailError } from '../../errors.ts';

/** An area round a point: degrees WGS 84, and nautical miles. */
export interface Circle {
  readonly latitude: number;
  readonly longitude: number;
  readonly radiusNm: number;
}

/** What one request may ask for. Source: adsb.lol and adsb.fi, their API's documentation. */
export const LARGEST_NM = 250;
/** Some 60 requests: for more, a feed of the whole world is the better one. */
const LARGEST_AREA_NM = 1500;
const NAUTICAL_MILES_OF_RADIUS = 6_371.0088 / 1.852;

/**
 * Reads `LAT,LON,NM`.
 * @throws ContrailError `invalid` / `feed-area`
 */
export function parseCircle(text: string, form: string): Circle {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [latitude = Number.NaN, longitude = Number.NaN, radiusNm = Number.NaN] = numbers;
  const isOnGlobe = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  if (numbers.length === 3 && isOnGlobe && radiusNm > 0 && radiusNm <= LARGEST_AREA_NM)
    return { latitude, longitude, radiusNm };
  throw new ContrailError(
    'feed-area',
    `The area of ${form}:${text} cannot be read: write ${form}:LAT,LON,NM, latitude and longitude in degrees and a radius of ` +
      `up to ${LARGEST_AREA_NM} nautical miles, as ${form}:52.3,4.8,100.`,
    { facts: { area: text } },
  );
}

/**
 * Circles of at most 250 nm that together cover a circle, as few as are known to do: one; three or four on a ring; one
 * with six round it; else those of a honeycomb that the circle touches.
 *
 * They are laid out on a plane round the centre on which distances from the centre are true. All others are longer there
 * than on the globe, so what is covered on the plane is covered on the globe.
 */
export function coverCircle(circle: Circle): readonly Circle[] {
  const { radiusNm: radius } = circle;
  if (radius <= LARGEST_NM) return [{ ...circle, radiusNm: Math.ceil(radius) }];
  for (const count of [3, 4]) {
    const each = radius * Math.sin(Math.PI / count);
    const distance = radius * Math.cos(Math.PI / count);
    if (each > LARGEST_NM) continue;
    const ring = Array.from({ length: count }, (_, index) => polar(distance, (2 * Math.PI * index) / count));
    return ring.map((point) => circleAt(circle, point, each));
  }
  // Centres are rounded to 4 decimals: some 10 m less than may be asked for keep a gap from opening between many circles.
  const cell = radius <= 2 * LARGEST_NM ? radius / 2 : LARGEST_NM - 0.01;
  return honeycomb(radius, cell).map((point) => circleAt(circle, point, cell));
}

/** East and north of the centre, nm. */
type Point = readonly [east: number, north: number];

const polar = (distance: number, bearing: number): Point => [
  distance * Math.sin(bearing),
  distance * Math.cos(bearing),
];

/** Centres of the hexagons with corners `cell` away that touch a circle round one of them. */
function honeycomb(radius: number, cell: number): readonly Point[] {
  const step = Math.sqrt(3) * cell;
  const most = Math.ceil(radius / (1.5 * cell)) + 1;
  const points: Point[] = [];
  for (let row = -most; row <= most; row += 1) {
    for (let column = -2 * most; column <= 2 * most; column += 1) {
      const centre: Point = [step * (column + row / 2), 1.5 * cell * row];
      if (distanceToHexagon(centre, cell) < radius - 1e-6) points.push(centre);
    }
  }
  return points.toSorted((a, b) => Math.hypot(...a) - Math.hypot(...b));
}

/** From the origin to the nearest point of a hexagon, which has its corners due north and south. */
function distanceToHexagon(centre: Point, cell: number): number {
  if (Math.hypot(...centre) < (Math.sqrt(3) / 2) * cell) return 0;
  const corners = Array.from({ length: 6 }, (_, index): Point => {
    const [east, north] = polar(cell, (Math.PI / 3) * index);
    return [centre[0] + east, centre[1] + north];
  });
  return Math.min(
    ...corners.map((corner, index) => distanceToEdge(corner, corners[(index + 1) % 6] ?? corner)),
  );
}

function distanceToEdge([ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const share = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(ax + share * dx, ay + share * dy);
}

/** The circle round a point of the plane; a whole number of miles, as the services ask for. */
function circleAt(origin: Circle, [east, north]: Point, radiusNm: number): Circle {
  const angle = Math.hypot(east, north) / NAUTICAL_MILES_OF_RADIUS;
  const bearing = Math.atan2(east, north);
  const latitude = radians(origin.latitude);
  const sine =
    Math.sin(latitude) * Math.cos(angle) + Math.cos(latitude) * Math.sin(angle) * Math.cos(bearing);
  // The usual form, divided by the cosine of the latitude: at the poles nothing is left of both parts of that one.
  const turn = Math.atan2(
    Math.sin(bearing) * Math.sin(angle),
    Math.cos(latitude) * Math.cos(angle) - Math.sin(latitude) * Math.sin(angle) * Math.cos(bearing),
  );
  const longitude = origin.longitude + degrees(turn);
  return {
    latitude: rounded(degrees(Math.asin(Math.min(1, Math.max(-1, sine))))),
    longitude: rounded(((((longitude + 180) % 360) + 360) % 360) - 180),
    radiusNm: Math.min(LARGEST_NM, Math.ceil(radiusNm)),
  };
}

const radians = (angle: number): number => (angle * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;
const rounded = (angle: number): number => Math.round(angle * 10_000) / 10_000;
