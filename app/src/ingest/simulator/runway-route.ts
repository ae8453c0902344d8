import type { Runway } from '../../flight/runways.ts';
import type { AircraftClass } from './aircraft-class.ts';
import { arc, greatCircle, greatCircleFrom, joined, type Path, type Place, reversed, turn } from './path.ts';
import type { Dice } from './random.ts';

/** One direction of a runway. */
export interface RunwayDirection extends Place {
  /** As `04L`. */
  readonly ident: string;
  /** Degrees clockwise from true north. */
  readonly track: number;
  readonly metres: number;
}

/** A way from one runway to another, and their names; null where an airport has none that is long enough. */
export interface RunwayRoute {
  readonly path: Path;
  readonly departure: string | null;
  readonly arrival: string | null;
}

/** A turn of so much more than the smallest is as good: parallel runways share the traffic. */
const AS_GOOD_DEG = 20;
/** Where wheels touch, metres behind the threshold, and where a take-off begins. */
const TOUCH_M = 300;
const LINE_UP_M = 40;

/** Both directions of the runways that are open, by airport. */
export function directionsOf(runways: readonly Runway[]): ReadonlyMap<string, readonly RunwayDirection[]> {
  const found = new Map<string, RunwayDirection[]>();
  for (const runway of runways) {
    if (runway.closed || runway.surface === 'grass') continue;
    const low = { latitude: runway.low_latitude, longitude: runway.low_longitude };
    const high = { latitude: runway.high_latitude, longitude: runway.high_longitude };
    const list = found.get(runway.airport) ?? [];
    found.set(runway.airport, list);
    list.push(direction(runway.low_ident, low, high), direction(runway.high_ident, high, low));
  }
  return found;
}

function direction(ident: string, from: Place, to: Place): RunwayDirection {
  const line = greatCircle(from, to);
  return { ...from, ident, track: line.at(0).track, metres: line.metres };
}

/** How wide a class turns, and how long it flies straight after take-off and before landing; metres. */
function reachOf(type: AircraftClass): {
  readonly out: number;
  readonly radius: number;
  readonly final: number;
} {
  if (type.name === 'light') return { out: 2_500, radius: 900, final: 5_000 };
  if (type.name === 'regional') return { out: 5_000, radius: 2_200, final: 12_000 };
  return { out: 6_500, radius: 3_000, final: 15_000 };
}

/**
 * From a runway of one airport to a runway of another: straight out, a turn, a great circle, a turn, and a straight final.
 * The runways are those that lead there with the smallest turn, and are long enough for the roll; of parallel ones chance
 * takes one. An airport without such a runway is flown to and from as `fallback` says.
 */
export function runwayRoute(
  request: {
    readonly type: AircraftClass;
    readonly origin: Place;
    readonly destination: Place;
    readonly from: readonly RunwayDirection[];
    readonly to: readonly RunwayDirection[];
    readonly rollOut_m: number;
    readonly rollIn_m: number;
    readonly dice: Dice;
  },
  fallback: Path,
): RunwayRoute {
  const { type, origin, destination, dice } = request;
  const { out, radius, final } = reachOf(type);
  const direct = greatCircle(origin, destination);
  const leaving = choose(request.from, direct.at(0).track, request.rollOut_m + LINE_UP_M, dice);
  const landing = choose(request.to, direct.at(direct.metres).track, request.rollIn_m + TOUCH_M, dice);
  const begin = leaving === null ? fallback.at(0) : along(leaving, LINE_UP_M);
  const stop = landing === null ? fallback.at(fallback.metres) : along(landing, TOUCH_M + request.rollIn_m);
  const away = leaving === null ? null : lead(begin, leaving.track, out, radius, stop);
  const start = away === null ? begin : away.at(away.metres);
  const inward =
    landing === null ? null : reversed(lead(stop, turn(landing.track + 180), final + TOUCH_M, radius, start));
  const middle = greatCircle(start, inward === null ? stop : inward.at(0));
  return {
    path: joined([...(away === null ? [] : [away]), middle, ...(inward === null ? [] : [inward])]),
    departure: leaving?.ident ?? null,
    arrival: landing?.ident ?? null,
  };
}

const along = (runway: RunwayDirection, metres: number): Place =>
  greatCircleFrom(runway, runway.track, metres).at(metres);

function choose(
  runways: readonly RunwayDirection[],
  track: number,
  least_m: number,
  dice: Dice,
): RunwayDirection | null {
  const turned = (one: RunwayDirection): number => Math.abs(turn(one.track - track + 180) - 180);
  const long = runways.filter(({ metres }) => metres >= least_m);
  if (long.length === 0) return null;
  const smallest = Math.min(...long.map(turned));
  return dice.pick(long.filter((one) => turned(one) <= smallest + AS_GOOD_DEG));
}

/** Straight on, then a turn that ends bound for a place. */
function lead(from: Place, track: number, straight: number, radius: number, target: Place): Path {
  const line = greatCircleFrom(from, track, straight);
  const corner = line.at(straight);
  let angle = 0;
  // Each turn ends elsewhere, whence the target lies in another direction; that settles quickly.
  for (let round = 0; round < 12; round += 1) {
    const end = Math.abs(angle) < 1e-6 ? corner : arc(corner, radius, angle).at(Infinity);
    const before = angle;
    angle = turn(greatCircle(end, target).at(0).track - corner.track + 180) - 180;
    if (Math.abs(angle - before) < 0.005) break;
  }
  return Math.abs(angle) < 0.01 ? line : joined([line, arc(corner, radius, angle)]);
}
