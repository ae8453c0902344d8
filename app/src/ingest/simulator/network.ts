import type { Airport } from '../../flight/airports.ts';
import type { Runway } from '../../flight/runways.ts';
import { ContrailError } from '../../errors.ts';
import type { AircraftClass } from './aircraft-class.ts';
import { COUNTRIES, type Country } from './countries.ts';
import { type Place, distance_m, offset } from './path.ts';
import { Dice, createWeighted, hash } from './random.ts';
import { directionsOf, type RunwayDirection } from './runway-route.ts';

/** Which airports aircraft live at and fly to. */
export interface Network {
  /** An airport for an aircraft of this country and class to come home to. */
  home(country: Country, type: AircraftClass, dice: Dice): Airport;
  /** Where to fly from there; at least {@link SHORTEST_LEG_KM} away, near a length that suits the class. */
  destination(from: Airport, type: AircraftClass, dice: Dice): Airport;
  /** Both directions of the runways of an airport that are known and open. */
  runways(airport: Airport): readonly RunwayDirection[];
}

/** Below this there is no room for climb and descent. */
export const SHORTEST_LEG_KM = 25;
/** Beyond this a destination is looked for in the whole world, below among the neighbours. */
const NEIGHBOURHOOD_KM = 1000;
const CELL_DEGREES = 8;
const DRAWS = 14;
const OTHER_COUNTRY_WEIGHT = 1.5;
const SIZE = { large_airport: 10, medium_airport: 1 } as const;

/**
 * Builds the network of the world's airports.
 * @throws ContrailError `invalid` / `simulator-airports` when there are fewer than 2 airports, too close to fly between.
 */
export function createNetwork(airports: readonly Airport[], runways: readonly Runway[] = []): Network {
  const directions = directionsOf(runways);
  const byCountry = Map.groupBy(airports, (airport) => airport.country);
  const byCell = Map.groupBy(airports, (airport) => cellOf(airport, 0, 0));
  const weights = new Map(COUNTRIES.map((country) => [country.iso, country.weight]));
  if (farthest(airports) < 2 * SHORTEST_LEG_KM) {
    throw new ContrailError(
      'simulator-airports',
      `The simulator needs airports that are at least ${2 * SHORTEST_LEG_KM} km apart, but the ${airports.length} given ones are not.`,
    );
  }

  // A country's share of the traffic is its weight, however many airports it has.
  const shares = new Map<string, number>();
  for (const [iso, list] of byCountry) {
    const sizes = list.reduce((sum, airport) => sum + SIZE[airport.type], 0);
    shares.set(iso, (weights.get(iso) ?? OTHER_COUNTRY_WEIGHT) / sizes);
  }
  const drawFromWorld = createWeighted(airports, (a) => SIZE[a.type] * (shares.get(a.country) ?? 0));
  const drawBySize = new Map<string, (dice: Dice) => Airport>();
  for (const [iso, list] of byCountry)
    drawBySize.set(
      iso,
      createWeighted(list, (a) => SIZE[a.type]),
    );
  const cells = new Map<string, readonly Airport[]>();

  const neighbours = (from: Airport): readonly Airport[] => {
    const key = cellOf(from, 0, 0);
    let near = cells.get(key);
    if (near === undefined) {
      const keys = new Set([-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => cellOf(from, x, y))));
      near = [...keys].flatMap((each) => byCell.get(each) ?? []);
      cells.set(key, near);
    }
    return near;
  };

  return {
    runways: ({ ident }) => directions.get(ident) ?? [],
    home(country, type, dice) {
      const list = byCountry.get(country.iso);
      const draw = drawBySize.get(country.iso);
      if (list === undefined || draw === undefined) return drawFromWorld(dice);
      return type.isAirline ? draw(dice) : dice.pick(list);
    },
    destination(from, type, dice) {
      const [least, most] = type.legKm;
      const wanted = least + (most - least) * dice.roll() ** 1.6; // short legs are more common than long ones
      const near = neighbours(from);
      const drawAtHome = drawBySize.get(from.country) ?? drawFromWorld;
      let best: Airport | null = null;
      let bestMiss = Infinity;
      for (let draw = 0; draw < DRAWS; draw += 1) {
        const isFar = most > NEIGHBOURHOOD_KM;
        const candidate = isFar ? (draw % 3 === 0 ? drawAtHome : drawFromWorld)(dice) : dice.pick(near);
        const km = distance_m(from, candidate) / 1000;
        const miss = Math.abs(km - wanted);
        if (km < SHORTEST_LEG_KM || km > 15_000 || miss >= bestMiss) continue;
        best = candidate;
        bestMiss = miss;
      }
      return best ?? nearest(airports, from);
    },
  };
}

/** The stand of one aircraft at one airport: always the same one, within about 700 m of the middle. */
export function standOf(aircraftSeed: number, airport: Airport): Place {
  const dice = new Dice(
    hash(aircraftSeed, Math.round(airport.latitude * 1e4), Math.round(airport.longitude * 1e4)),
  );
  return offset(airport, dice.between(-500, 500), dice.between(-500, 500));
}

function cellOf({ latitude, longitude }: Place, east: number, north: number): string {
  const columns = 360 / CELL_DEGREES;
  const column = (Math.floor((longitude + 180) / CELL_DEGREES) + east + columns) % columns;
  return `${column},${Math.floor((latitude + 90) / CELL_DEGREES) + north}`;
}

/** The closest airport that is far enough away, for islands where the random search found none. */
function nearest(airports: readonly Airport[], from: Airport): Airport {
  let best = from;
  let bestKm = Infinity;
  for (const airport of airports) {
    const km = distance_m(from, airport) / 1000;
    if (km >= SHORTEST_LEG_KM && km < bestKm && km < 15_000) {
      best = airport;
      bestKm = km;
    }
  }
  return best;
}

/** Kilometres between the first airport and the one farthest from it. */
function farthest([first, ...rest]: readonly Airport[]): number {
  if (first === undefined) return 0;
  return rest.reduce((most, airport) => Math.max(most, distance_m(first, airport) / 1000), 0);
}
