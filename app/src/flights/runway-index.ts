import type { Airport } from '../flight/airports.ts';
import type { Runway } from '../flight/runways.ts';

/** An airport as flights see it. */
export interface Field {
  readonly ident: string;
  readonly isSmall: boolean;
  readonly latitude: number;
  readonly longitude: number;
  readonly elevation_m: number;
  /** Whether any of its runways is known with both ends. */
  readonly hasRunways: boolean;
}

/** One direction of a runway: where its landings begin, and its course. A plane of its own with origin at the threshold. */
export interface RunwayEnd {
  readonly index: number;
  readonly field: Field;
  readonly ident: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly course: number;
  readonly length_m: number;
  readonly halfWidth_m: number;
  readonly sine: number;
  readonly cosine: number;
  /** Metres of a degree of longitude here. */
  readonly eastMetres: number;
  readonly closed: boolean;
}

/** What lies near a place. */
export interface Vicinity {
  readonly ends: readonly RunwayEnd[];
  /** Large and medium airports, and small ones with runways, whose middle is near. */
  readonly fields: readonly Field[];
  /** Above this nothing near here takes off or lands: metres above the sea, of whatever altitude. */
  readonly ceiling_m: number;
}

/** All runways, found by place. */
export interface RunwayIndex {
  readonly ends: readonly RunwayEnd[];
  readonly fields: ReadonlyMap<string, Field>;
  /** The end of an airport's runway. */
  end(airport: string, ident: string): RunwayEnd | null;
  /** Null where no runway and no airport is near: most of the globe. */
  near(latitude: number, longitude: number): Vicinity | null;
}

const METRES_PER_DEGREE = 111_195.08;
const RADIANS = Math.PI / 180;
const CELL_DEGREES = 0.25;
const COLUMNS = 360 / CELL_DEGREES;
/** The reach of an alignment, and a little more. */
const REACH_M = 20_000;
/** The highest above a field that any rule looks at, and what pressure does to altitudes. */
const CEILING_M = 2_900;

/** The index of runways and airports. What is near a place is worked out when the first aircraft comes there. */
export function indexRunways(airports: readonly Airport[], runways: readonly Runway[]): RunwayIndex {
  const byAirport = Map.groupBy(runways, ({ airport }) => airport);
  const fields = new Map<string, Field>();
  for (const { ident, latitude, longitude, elevation_m } of airports)
    fields.set(ident, {
      ident,
      isSmall: false,
      latitude,
      longitude,
      elevation_m: elevation_m ?? byAirport.get(ident)?.[0]?.elevation_m ?? 0,
      hasRunways: byAirport.has(ident),
    });
  for (const [ident, [runway]] of byAirport) {
    if (runway === undefined || fields.has(ident)) continue;
    fields.set(ident, {
      ident,
      isSmall: runway.type === 'small_airport',
      latitude: (runway.low_latitude + runway.high_latitude) / 2,
      longitude: (runway.low_longitude + runway.high_longitude) / 2,
      elevation_m: runway.elevation_m ?? 0,
      hasRunways: true,
    });
  }
  const ends: RunwayEnd[] = [];
  for (const runway of runways) {
    const field = fields.get(runway.airport) as Field;
    const low = [runway.low_latitude, runway.low_longitude] as const;
    const high = [runway.high_latitude, runway.high_longitude] as const;
    ends.push(endOf(ends.length, field, runway, runway.low_ident, low, high));
    ends.push(endOf(ends.length, field, runway, runway.high_ident, high, low));
  }
  const fieldsAt = Map.groupBy(fields.values(), ({ latitude, longitude }) => cellOf(latitude, longitude));
  const endsAt = Map.groupBy(ends, ({ latitude, longitude }) => cellOf(latitude, longitude));
  const byName = new Map(ends.map((end) => [`${end.field.ident} ${end.ident}`, end]));
  // Cells are made when the first aircraft comes there; most of the globe has none.
  const known = new Map<number, Vicinity | null>();
  return {
    ends,
    fields,
    end: (airport, ident) => byName.get(`${airport} ${ident}`) ?? null,
    near(latitude, longitude) {
      const key = cellOf(latitude, longitude);
      let vicinity = known.get(key);
      if (vicinity === undefined) known.set(key, (vicinity = vicinityOf(key, fieldsAt, endsAt)));
      return vicinity;
    },
  };
}

/** All that lies in the cells that reach to one. */
function vicinityOf(
  key: number,
  fieldsAt: ReadonlyMap<number, readonly Field[]>,
  endsAt: ReadonlyMap<number, readonly RunwayEnd[]>,
): Vicinity | null {
  const [row, column] = [Math.floor(key / COLUMNS), key % COLUMNS];
  const north = REACH_M / METRES_PER_DEGREE / CELL_DEGREES;
  const rows = Math.ceil(north);
  // By the edge of the cell that is further from the equator, where degrees are shorter.
  const edge = Math.max(Math.abs(row * CELL_DEGREES - 90), Math.abs((row + 1) * CELL_DEGREES - 90));
  const columns = Math.min(
    COLUMNS / 2 - 1,
    Math.ceil(north / Math.max(0.02, Math.cos(Math.min(89, edge) * RADIANS))),
  );
  const found: { fields: Field[]; ends: RunwayEnd[] } = { fields: [], ends: [] };
  for (let up = -rows; up <= rows; up += 1)
    for (let right = -columns; right <= columns; right += 1) {
      const other = (row + up) * COLUMNS + ((column + right + COLUMNS) % COLUMNS);
      found.fields.push(...(fieldsAt.get(other) ?? []));
      found.ends.push(...(endsAt.get(other) ?? []));
    }
  if (found.fields.length + found.ends.length === 0) return null;
  const elevations = [...found.fields, ...found.ends.map(({ field }) => field)].map(
    ({ elevation_m }) => elevation_m,
  );
  return {
    ends: found.ends.toSorted((a, b) => a.index - b.index),
    fields: found.fields.toSorted((a, b) => (a.ident < b.ident ? -1 : 1)),
    ceiling_m: Math.max(...elevations) + CEILING_M,
  };
}

function endOf(
  index: number,
  field: Field,
  { length_m, width_m, closed }: Runway,
  ident: string,
  from: readonly [number, number],
  to: readonly [number, number],
): RunwayEnd {
  const eastMetres = METRES_PER_DEGREE * Math.cos(((from[0] + to[0]) / 2) * RADIANS);
  const east = (to[1] - from[1]) * eastMetres;
  const north = (to[0] - from[0]) * METRES_PER_DEGREE;
  const angle = Math.atan2(east, north);
  return {
    index,
    field,
    ident,
    latitude: from[0],
    longitude: from[1],
    course: (angle / RADIANS + 360) % 360,
    length_m,
    halfWidth_m: (width_m ?? 30) / 2,
    sine: Math.sin(angle),
    cosine: Math.cos(angle),
    eastMetres,
    closed,
  };
}

const cellOf = (latitude: number, longitude: number): number =>
  Math.floor((latitude + 90) / CELL_DEGREES) * COLUMNS + Math.floor((longitude + 180) / CELL_DEGREES);
