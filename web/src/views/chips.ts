import { ALL_CLASSES, ALTITUDE_EDGES_M, GROUND_CLASS, UNKNOWN_CLASS } from '../filter/altitude-class.ts';
import { SOURCE_KINDS, type Range } from '../filter/fields.ts';
import type { Filter } from '../filter/filter.ts';
import type { Near } from '../filter/near.ts';
import { count, position, SCALES, type Scale, type Units } from '../text/format.ts';
import { sourceTitle } from '../text/sources.ts';
import { positionSourceWords } from '../text/who.ts';
import { categoryWords } from '../text/words.ts';

/** One thing that is filtered by: what it says, and what to change to be rid of it. */
export interface Chip {
  readonly words: string;
  readonly without: Partial<Filter>;
}

/** Vertical rates of this and more, m/s, are a climb or a descent: as in the phases of the lake, which are not on the wire. */
export const CLIMB: Range = { from: 1, to: null };
export const DESCENT: Range = { from: null, to: -1 };
export const LEVEL: Range = { from: -1, to: 1 };

/** A chip for each thing that a filter asks for, in the order of the form. `airlineName` gives the name for a designator. */
export function chipsOf(
  filter: Filter,
  units: Units,
  airlineName: (code: string) => string | null = () => null,
): readonly Chip[] {
  const { altitude, altitude_m, velocity_kmh, vertical_rate, on_ground } = filter;
  const chips: Chip[] = [];
  const add = (words: string | null, without: Partial<Filter>): void => {
    if (words !== null) chips.push({ words, without });
  };
  add(altitude === ALL_CLASSES ? null : classesWords(altitude, units), { altitude: ALL_CLASSES });
  add(rangeWords('Altitude', altitude_m, SCALES.altitude[units]), { altitude_m: null });
  add(rangeWords('Speed', velocity_kmh, SCALES.speed[units]), { velocity_kmh: null });
  add(rateWords(vertical_rate, units), { vertical_rate: null });
  add(on_ground === null ? null : on_ground ? 'On the ground' : 'In the air', { on_ground: null });
  for (const one of filter.category)
    add(categoryWords(one) ?? 'No category', { category: without(filter.category, one) });
  const { only } = filter;
  add(only.length === 0 ? null : only.length === 1 ? `Only ${only[0]}` : `Only ${only.length} aircraft`, {
    only: [],
  });
  for (const one of filter.country) add(one, { country: without(filter.country, one) });
  for (const one of filter.callsign) add(`Callsign ${one}`, { callsign: without(filter.callsign, one) });
  for (const one of filter.airline)
    add(airlineName(one) ?? `Airline ${one}`, { airline: without(filter.airline, one) });
  add(filter.military === null ? null : militaryWords(filter.military), { military: null });
  for (const one of filter.registration)
    add(`Registration ${one}`, { registration: without(filter.registration, one) });
  for (const one of filter.type) add(`Type ${one}`, { type: without(filter.type, one) });
  for (const one of filter.squawk)
    add(`Squawk ${one.padEnd(4, '?')}`, { squawk: without(filter.squawk, one) });
  for (const one of filter.feed) add(`From ${sourceTitle(one)}`, { feed: without(filter.feed, one) });
  for (const one of filter.source) add(sourceKindWords(one), { source: without(filter.source, one) });
  for (const one of filter.near) add(nearWords(one, units), { near: without(filter.near, one) });
  return chips;
}

/** A kind of position source as people write it. */
export function sourceKindWords(kind: string): string {
  return positionSourceWords(SOURCE_KINDS.indexOf(kind)) ?? kind;
}

/** Only what an address says: aircraft of the military may have others. */
function militaryWords(is: boolean): string {
  return is ? 'Military by address block' : 'Not of a military address block';
}

/** `Within 25 km of EDDF`. */
function nearWords({ latitude, longitude, km, name }: Near, units: Units): string {
  const { name: unit, per } = SCALES.distance[units];
  const radius = Math.round((km / per) * 10) / 10;
  return `Within ${radius} ${unit} of ${name === '' ? position(latitude, longitude) : name}`;
}

/** How an altitude class is called in the units that were chosen; in feet its edges are rounded, as in the legend. */
export function classWords(index: number, units: Units): string {
  if (index === GROUND_CLASS) return 'On ground';
  if (index === UNKNOWN_CLASS) return 'Altitude unknown';
  const [marks, unit] = CLASS_MARKS[units];
  const [from, to] = [marks[index - 2], marks[index - 1]];
  if (from === undefined) return `Below ${to} ${unit}`;
  return to === undefined ? `Above ${from} ${unit}` : `${from} to ${to} ${unit}`;
}

const CLASS_MARKS: Readonly<Record<Units, readonly [readonly string[], string]>> = {
  metric: [ALTITUDE_EDGES_M.map((edge) => String(edge / 1000)), 'km'],
  aviation: [['3,000', '10,000', '20,000', '30,000', '36,000'], 'ft'],
};

function classesWords(classes: number, units: Units): string {
  const all = [...Array(UNKNOWN_CLASS + 1).keys()].filter((index) => (classes & (1 << index)) !== 0);
  if (all.length === 0) return 'No altitude';
  if (all.length <= 2) return all.map((index) => classWords(index, units)).join(', ');
  return `${all.length} altitude classes`;
}

/** `Altitude 1,000 to 3,000 m`, `Speed over 300 kt`; null for none. */
function rangeWords(name: string, range: Range | null, { name: unit, per }: Scale): string | null {
  if (range === null) return null;
  const [from, to] = [range.from, range.to].map((value) => (value === null ? null : count(value / per)));
  if (from == null) return `${name} up to ${to} ${unit}`;
  return to == null ? `${name} from ${from} ${unit}` : `${name} ${from} to ${to} ${unit}`;
}

function rateWords(range: Range | null, units: Units): string | null {
  const named = [
    [CLIMB, 'Climbing'],
    [LEVEL, 'Level'],
    [DESCENT, 'Descending'],
  ] as const;
  const known = named.find(([one]) => one.from === range?.from && one.to === range?.to);
  return known?.[1] ?? rangeWords('Vertical rate', range, SCALES.verticalRate[units]);
}

function without<T>(list: readonly T[], one: T): readonly T[] {
  return list.filter((other) => other !== one);
}
