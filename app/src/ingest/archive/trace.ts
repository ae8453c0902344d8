import type { StateVector } from '../../flight/state-vector.ts';
import { capped } from '../input/capped.ts';
import { type JsonItem, type ListLimits, readJsonList } from '../input/json-list.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import { toStateVector } from '../readsb/to-state-vector.ts';
import { type ArchiveRow, noMessage } from './state-rows.ts';

/** A day of one aircraft, at most a point a second. */
const LIMITS: ListLimits = { maxItems: 200_000, maxItemBytes: 16_384, maxDepth: 6 };
/** A value that a point lacks is taken from an earlier point of the same flight, up to this age. Seconds. */
const CARRY_S = 600;

/** Up to the altitude. */
const FEWEST_VALUES = 4;
/** Bits of a point's flags. */
const NEW_LEG = 2;
const GEOMETRIC_ALTITUDE = 8;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads one trace of readsb, `trace_full_HEX.json`: the points of one aircraft in a day.
 *
 *     {"icao":"0123ac","r":"N1","t":"A320","timestamp":1609275898.495,"trace":[
 *       [seconds after timestamp, lat, lon, altitude ft | "ground" | null, ground speed kt | null, track | null, flags,
 *        vertical rate ft/min | null, aircraft object | null, type | null, geometric altitude ft | null,
 *        geometric rate ft/min | null, indicated airspeed kt | null, roll | null], …]}
 *
 * A point is what aircraft.json says in other words, so it goes through the same border. readsb writes the aircraft object
 * with every fourth point alone: callsign, squawk, category and kind of source hold on until the next one, within a leg
 * and for 10 minutes.
 * Source: wiedehopf/readsb README-json.md, "trace jsons"; elements 9 to 13 by its `json_out.c`.
 *
 * @throws UnusableInputError when it is no trace, is cut off, or is too large
 */
export async function readTrace(bytes: AsyncIterable<Uint8Array>): Promise<readonly ArchiveRow[]> {
  const { members, items } = await readJsonList(capped(bytes), 'trace', LIMITS);
  const [hex, start] = [members.get('icao'), members.get('timestamp')];
  if (typeof hex !== 'string' || typeof start !== 'number' || items === null) {
    throw new UnusableInputError('it has no address (icao), no timestamp or no trace');
  }
  const aircraft: Json = { hex, r: members.get('r'), t: members.get('t') };
  let carried: Carried = { at: -Infinity, values: {} };
  return items.map((item) => {
    const point = pointOf(item);
    if (point === null) return noMessage(item.text);
    carried = carry(carried, point, start);
    return vectorOf(aircraft, carried.values, point, start) ?? noMessage(item.text);
  });
}

interface Point {
  readonly seconds: number;
  readonly flags: number;
  readonly values: readonly unknown[];
  /** The aircraft object; empty if there is none. */
  readonly said: Json;
}

function pointOf({ value }: JsonItem): Point | null {
  if (!Array.isArray(value)) return null;
  const values: readonly unknown[] = value;
  const [seconds, , , , , , flags, , said] = values;
  if (typeof seconds !== 'number' || values.length < FEWEST_VALUES) return null;
  const isObject = typeof said === 'object' && said !== null && !Array.isArray(said);
  return {
    seconds,
    flags: typeof flags === 'number' ? flags : 0,
    values,
    said: isObject ? (said as Json) : {},
  };
}

/** What holds on from an aircraft object, and when it was said. */
interface Carried {
  readonly at: number;
  readonly values: Json;
}

const CARRIED = ['flight', 'squawk', 'category', 'type', 'spi'] as const;

function carry(before: Carried, { seconds, flags, said }: Point, start: number): Carried {
  const at = start + seconds;
  const isOver = (flags & NEW_LEG) !== 0 || at - before.at > CARRY_S;
  const kept = isOver ? {} : before.values;
  if (Object.keys(said).length === 0) return isOver ? { at, values: {} } : before;
  const values: Record<string, unknown> = { ...kept };
  for (const name of CARRIED) if (said[name] !== undefined) values[name] = said[name];
  return { at, values };
}

function vectorOf(aircraft: Json, carried: Json, point: Point, start: number): StateVector | null {
  const { seconds, flags, values, said } = point;
  const [, lat, lon, altitude, gs, track, , rate, , type, geometric, geometricRate] = values;
  const isGeometric = (flags & GEOMETRIC_ALTITUDE) !== 0 && typeof altitude === 'number';
  const entry: Json = known({
    ...aircraft,
    ...carried,
    nic: said['nic'],
    nac_p: said['nac_p'],
    lat,
    lon,
    seen: 0,
    seen_pos: 0,
    alt_baro: isGeometric ? null : altitude,
    alt_geom: isGeometric ? altitude : (geometric ?? said['alt_geom']),
    gs,
    track,
    baro_rate: rate ?? geometricRate,
    type: type ?? carried['type'],
  });
  const nowMs = Math.round((start + seconds) * 1000);
  const { vector, oddity } = toStateVector(entry, nowMs, 'archive');
  if (oddity !== null || vector.snapshot_time === null || !Number.isSafeInteger(vector.snapshot_time))
    return null;
  // Without an altitude a point says nothing of the ground.
  return altitude === null ? { ...vector, on_ground: null } : vector;
}

/** In aircraft.json an unknown key is left out. */
const known = (entry: Json): Json =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null && value !== undefined));
