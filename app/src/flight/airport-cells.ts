import type { Airport } from './airports.ts';

/** Degrees of latitude and longitude that one cell spans. */
export const CELL_DEGREES = 1;
const COLUMNS = 360 / CELL_DEGREES;
/** The most airports that a cell may have: some engines write out a comparison with each of them. */
export const MOST_AIRPORTS_IN_CELL = 20;
/** Cells are searched block by block, so that each looks at a few airports instead of all. */
const BLOCK_DEGREES = 10;
const RADIANS = Math.PI / 180;

/** An airport that is the nearest one to some point of a cell, with its unit vector on the sphere. */
export interface AirportCell {
  readonly cell: number;
  readonly ident: string;
  readonly elevation_m: number | null;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/**
 * For a cell of the globe, the airports that can be the nearest one to a point of the cell. So the truly nearest
 * airport is found by comparing a few instead of thousands. Exact, not a search radius:
 *
 * With c the cell's centre and r the largest angle from c to a point p of the cell,
 * - an airport further from c than (nearest airport's angle + 2 r) is nowhere the nearest (triangle inequality);
 * - airport a is nowhere nearer than airport b when the whole disc of radius r around c lies on b's side of their
 *   bisecting plane, whose normal is b - a: c·(b - a)/|b - a| > sin r.
 *
 * Answers come nearest to the centre first; of 5,210 airports, 6.4 per cell over Europe. Cells are numbered row by row
 * from the south-west, as the macro `airport_cell` does. A first look at a block of cells costs a millisecond.
 * @throws RangeError for a cell with more than {@link MOST_AIRPORTS_IN_CELL} of them; of 5,210 airports, none has 20
 */
export function airportsByCell(airports: readonly Airport[]): (cell: number) => readonly AirportCell[] {
  const vectors = airports.map((airport) => unitVector(airport.latitude, airport.longitude));
  const everywhere = airports.map((_, index) => index);
  const blocks = new Map<string, readonly number[]>();
  const nearbyOf = (south: number, west: number): readonly number[] => {
    const key = `${south} ${west}`;
    const known = blocks.get(key);
    if (known !== undefined) return known;
    // An airport that is the nearest one somewhere in a cell is also the nearest one somewhere in the block around it.
    const nearby = nearestSomewhere(south, west, BLOCK_DEGREES, everywhere, vectors);
    blocks.set(key, nearby);
    return nearby;
  };
  return (cell) => {
    const south = Math.floor(cell / COLUMNS) * CELL_DEGREES - 90;
    const west = (cell % COLUMNS) * CELL_DEGREES - 180;
    const nearby = nearbyOf(blockOf(south), blockOf(west));
    const found = nearestSomewhere(south, west, CELL_DEGREES, nearby, vectors);
    if (found.length > MOST_AIRPORTS_IN_CELL)
      throw new RangeError(
        `${found.length} airports can be the nearest one in cell ${cell}, too many to compare.`,
      );
    return found.map((index) => {
      const [x, y, z] = vectors[index] as Vector;
      const { ident, elevation_m } = airports[index] as Airport;
      return { cell, ident, elevation_m, x, y, z };
    });
  };
}

const blockOf = (degrees: number): number => Math.floor(degrees / BLOCK_DEGREES) * BLOCK_DEGREES;

type Vector = readonly [number, number, number];

function unitVector(latitude: number, longitude: number): Vector {
  const cosine = Math.cos(latitude * RADIANS);
  return [
    cosine * Math.cos(longitude * RADIANS),
    cosine * Math.sin(longitude * RADIANS),
    Math.sin(latitude * RADIANS),
  ];
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Of `candidates`, those that can be the nearest to a point of a square, nearest to its centre first. */
function nearestSomewhere(
  south: number,
  west: number,
  degrees: number,
  candidates: readonly number[],
  vectors: readonly Vector[],
): number[] {
  const centre = unitVector(south + degrees / 2, west + degrees / 2);
  const radius = squareRadius(south, west, degrees, centre);
  const cosines = candidates.map((index) => dot(vectors[index] as Vector, centre));
  const best = cosines.reduce((highest, cosine) => Math.max(highest, cosine), -1);
  const limit = Math.cos(Math.min(Math.PI, Math.acos(Math.min(1, best)) + 2 * radius)) - 1e-12;
  const near = candidates
    .map((index, position) => ({ index, cosine: cosines[position] as number }))
    .filter(({ cosine }) => cosine >= limit)
    .toSorted((a, b) => b.cosine - a.cosine);
  const sine = Math.sin(radius);
  const kept: number[] = [];
  for (const { index } of near) {
    const vector = vectors[index] as Vector;
    if (!kept.some((nearer) => isBehindBisector(centre, vectors[nearer] as Vector, vector, sine)))
      kept.push(index);
  }
  return kept;
}

/** The furthest point of a square from its centre is one of its corners; a little is added for rounding. */
function squareRadius(south: number, west: number, degrees: number, centre: Vector): number {
  const corners = [unitVector(south, west), unitVector(south + degrees, west)];
  return Math.max(...corners.map((corner) => Math.acos(Math.min(1, dot(corner, centre))))) + 1e-9;
}

/** Whether the whole disc lies on `nearer`'s side of the plane that halves the space between it and `other`. */
function isBehindBisector(centre: Vector, nearer: Vector, other: Vector, sine: number): boolean {
  const normal: Vector = [nearer[0] - other[0], nearer[1] - other[1], nearer[2] - other[2]];
  const length = Math.hypot(...normal);
  return length > 0 && dot(centre, normal) / length > sine;
}
