/** Mean radius of the earth in metres, the one of the contract's haversine. */
export const EARTH_RADIUS_M = 6_371_008.8;

const RAD = Math.PI / 180;
const METRES_PER_DEGREE = EARTH_RADIUS_M * RAD;

/** Degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** A place on a path, and where the path leads there, in degrees clockwise from true north [0, 360). */
export interface Waypoint extends Place {
  readonly track: number;
}

/** A line on the ground with a length in metres, and the place that lies `metres` along it. */
export interface Path {
  readonly metres: number;
  at(metres: number): Waypoint;
}

/** Great-circle distance in metres (haversine). */
export function distance_m(from: Place, to: Place): number {
  const dLat = Math.sin(((to.latitude - from.latitude) * RAD) / 2);
  const dLon = Math.sin(((to.longitude - from.longitude) * RAD) / 2);
  const a = dLat * dLat + Math.cos(from.latitude * RAD) * Math.cos(to.latitude * RAD) * dLon * dLon;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(a)));
}

/** A place some metres east and north of another; on a plane, so for a few kilometres only. */
export function offset(place: Place, east: number, north: number): Place {
  const shrink = Math.max(0.01, Math.cos(place.latitude * RAD));
  return {
    latitude: place.latitude + north / METRES_PER_DEGREE,
    longitude: wrap(place.longitude + east / METRES_PER_DEGREE / shrink),
  };
}

/** The shortest way over the sphere, evaluated by one rotation, so no step adds to another's error. */
export function greatCircle(from: Place, to: Place): Path {
  const [ax, ay, az] = toVector(from);
  const [bx, by, bz] = toVector(to);
  const dot = ax * bx + ay * by + az * bz;
  // The part of b at a right angle to a: the direction of departure.
  let [nx, ny, nz] = [bx - dot * ax, by - dot * ay, bz - dot * az];
  const norm = Math.hypot(nx, ny, nz);
  if (norm < 1e-12)
    throw new RangeError('a great circle needs two places that are neither the same nor opposite');
  nx /= norm;
  ny /= norm;
  nz /= norm;
  return rotation([ax, ay, az], [nx, ny, nz], Math.atan2(norm, dot) * EARTH_RADIUS_M);
}

/** Straight over the sphere from a place, in a direction in degrees. */
export function greatCircleFrom(from: Place, track: number, metres: number): Path {
  const [sinLat, cosLat] = [Math.sin(from.latitude * RAD), Math.cos(from.latitude * RAD)];
  const [sinLon, cosLon] = [Math.sin(from.longitude * RAD), Math.cos(from.longitude * RAD)];
  const [east, north] = [Math.sin(track * RAD), Math.cos(track * RAD)];
  return rotation(
    toVector(from),
    [-east * sinLon - north * sinLat * cosLon, east * cosLon - north * sinLat * sinLon, north * cosLat],
    metres,
  );
}

type Vector = readonly [number, number, number];

/** The way from a place `a` in the direction `n`, a unit vector at a right angle to it. */
function rotation([ax, ay, az]: Vector, [nx, ny, nz]: Vector, length: number): Path {
  return {
    metres: length,
    at(metres) {
      const angle = metres / EARTH_RADIUS_M;
      const cos = Math.cos(angle);
      const sin = Math.sin(angle);
      const x = ax * cos + nx * sin;
      const y = ay * cos + ny * sin;
      const z = az * cos + nz * sin;
      const level = Math.sqrt(x * x + y * y); // cosine of the latitude
      const east = ((ny * cos - ay * sin) * x - (nx * cos - ax * sin) * y) / level;
      const north = (nz * cos - az * sin) / level;
      return {
        latitude: Math.atan2(z, level) / RAD,
        longitude: Math.atan2(y, x) / RAD,
        track: turn(Math.atan2(east, north) / RAD),
      };
    },
  };
}

/**
 * Circles of a radius in metres through a place, as often as it takes to be about `metres` long, ending where they
 * began. `heading` is the track at the start; the circles turn right.
 */
export function circuit(start: Place, heading: number, radius: number, metres: number): Path {
  const laps = Math.max(1, Math.round(metres / (2 * Math.PI * radius)));
  const centre = offset(start, radius * Math.cos(heading * RAD), -radius * Math.sin(heading * RAD));
  return {
    metres: laps * 2 * Math.PI * radius,
    at(along) {
      const angle = (heading - 90) * RAD + along / radius; // of the spoke, clockwise from north
      const place = offset(centre, radius * Math.sin(angle), radius * Math.cos(angle));
      return { ...place, track: turn(angle / RAD + 90) };
    },
  };
}

/** A turn of some degrees from a waypoint on, to the right where positive; `at` ends with the turn. */
export function arc(from: Waypoint, radius: number, degrees: number): Path {
  const side = degrees < 0 ? -1 : 1;
  const metres = radius * Math.abs(degrees) * RAD;
  const centre = greatCircleFrom(from, turn(from.track + 90 * side), radius).at(radius);
  const spoke = turn(centre.track + 180);
  return {
    metres,
    at(along) {
      const bearing = spoke + (side * Math.min(metres, along)) / radius / RAD;
      const place = greatCircleFrom(centre, bearing, radius).at(radius);
      return { ...place, track: turn(place.track + 90 * side) };
    },
  };
}

/** A path from its end to its beginning. */
export const reversed = (path: Path): Path => ({
  metres: path.metres,
  at(along) {
    const place = path.at(path.metres - along);
    return { ...place, track: turn(place.track + 180) };
  },
});

/** Paths one after the other; each begins where the one before ends. */
export function joined(paths: readonly Path[]): Path {
  const last = paths.at(-1);
  return {
    metres: paths.reduce((sum, { metres }) => sum + metres, 0),
    at(along) {
      let rest = along;
      for (const path of paths) {
        if (rest <= path.metres || path === last) return path.at(rest);
        rest -= path.metres;
      }
      throw new RangeError('a way of no paths has no place');
    },
  };
}

/** A straight line over an airport's ground. */
export function taxiway(from: Place, to: Place): Path {
  const east = wrap(to.longitude - from.longitude) * Math.cos(from.latitude * RAD) * METRES_PER_DEGREE;
  const north = (to.latitude - from.latitude) * METRES_PER_DEGREE;
  const metres = Math.max(1, Math.hypot(east, north));
  const track = turn(Math.atan2(east, north) / RAD);
  return {
    metres,
    at: (along) => ({ ...offset(from, (east * along) / metres, (north * along) / metres), track }),
  };
}

/** Degrees into [0, 360). */
export function turn(degrees: number): number {
  const turned = degrees % 360;
  return turned < 0 ? turned + 360 : turned;
}

/** A longitude into [-180, 180). */
function wrap(longitude: number): number {
  return turn(longitude + 180) - 180;
}

function toVector({ latitude, longitude }: Place): Vector {
  const level = Math.cos(latitude * RAD);
  return [level * Math.cos(longitude * RAD), level * Math.sin(longitude * RAD), Math.sin(latitude * RAD)];
}
