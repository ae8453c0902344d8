import { ContrailError } from '../../errors.ts';
import type { Airport } from '../../flight/airports.ts';
import { AIRCRAFT_CLASSES, type AircraftClass } from './aircraft-class.ts';
import { COUNTRIES, type Country } from './countries.ts';
import type { Network } from './network.ts';
import { Dice, createWeighted, hash } from './random.ts';

/** What stays the same about an aircraft. */
export interface Aircraft {
  /** All that happens to the aircraft follows from this number. */
  readonly seed: number;
  readonly icao24: string;
  readonly country: Country;
  readonly type: AircraftClass;
  readonly category: number;
  readonly home: Airport;
  /** ICAO code of the airline; null for those that use their registration as callsign. */
  readonly airline: string | null;
  readonly registration: string;
  /** OpenSky's position_source. */
  readonly positionSource: number;
  /** Its transponder never sends a position (no ADS-B). */
  readonly isWithoutPosition: boolean;
}

/** The most aircraft that one fleet may have. */
export const MAX_AIRCRAFT = 1_000_000;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Odd, so that it visits every address of a block (their sizes are powers of two) before it comes back. */
const ADDRESS_STEP = 7_919;

/**
 * Makes aircraft, each with an address of its own from its country's block. The first n are the same however many
 * are asked for.
 * @throws ContrailError `invalid` / `simulator-arguments` unless `count` is a whole number from 1 to {@link MAX_AIRCRAFT}.
 */
export function createAircraft(count: number, seed: number, network: Network): readonly Aircraft[] {
  if (!Number.isInteger(count) || count < 1 || count > MAX_AIRCRAFT) {
    throw new ContrailError(
      'simulator-arguments',
      `The simulator can fly 1 to ${MAX_AIRCRAFT} aircraft, not ${count}.`,
    );
  }
  const drawCountry = createWeighted(COUNTRIES, (country) => country.weight);
  const drawClass = createWeighted(AIRCRAFT_CLASSES, (type) => type.weight);
  const taken = new Map<Country, number>();
  const hasRoom = (country: Country) => (taken.get(country) ?? 0) < country.addresses;

  return Array.from({ length: count }, (_, index) => {
    const own = hash(seed, index, 1);
    const dice = new Dice(own);
    const drawn = drawCountry(dice);
    const country = hasRoom(drawn) ? drawn : (COUNTRIES.find(hasRoom) ?? drawn);
    const number = taken.get(country) ?? 0;
    taken.set(country, number + 1);
    const place = (number * ADDRESS_STEP + hash(seed, country.firstAddress)) % country.addresses;
    const type = drawClass(dice);
    return {
      seed: own,
      icao24: (country.firstAddress + place).toString(16).padStart(6, '0'),
      country,
      type,
      category: dice.pick(type.categories),
      home: network.home(country, type, dice),
      airline: type.isAirline ? dice.pick(country.airlines) : null,
      registration: registrationOf(country, dice),
      positionSource: type.name === 'glider' ? 3 : dice.chance(0.02) ? 2 : 0,
      isWithoutPosition: dice.chance(0.012),
    };
  });
}

/** `N123AB` in the United States, else the country's prefix and letters, as on the air without the dash. */
function registrationOf(country: Country, dice: Dice): string {
  const letters = (count: number) => Array.from({ length: count }, () => LETTERS[dice.below(26)]).join('');
  if (country.iso === 'US') return `N${1 + dice.below(999)}${letters(2)}`;
  return `${country.registration}${letters(5 - country.registration.length)}`;
}
