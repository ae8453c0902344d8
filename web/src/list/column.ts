import type { Position } from 'contrail/wire/great-circle';
import { ON_GROUND, VALID } from 'contrail/wire/units';
import type { Picture } from '../live/picture.ts';
import type { Identity } from '../state/identities.ts';
import * as format from '../text/format.ts';
import { SCALES, type Scale, type Units } from '../text/format.ts';

/** What a cell holds: text, or a number in the unit of the lake (m, km/h, m/s, km, s); null if nobody knows it. */
export type Value = number | string | null;

/** What values depend on besides the picture. */
export interface Around {
  /** The time of the picture, epoch seconds. */
  readonly now: number;
  /** From where distances are measured; null: there is no such place, and so no distance. */
  readonly from: Position | null;
  /** Who has an address (as a number of the wire); null: nobody says. */
  readonly who: (address: number | undefined) => Identity | null;
  /** The airline that a callsign is of; null: none is known. */
  readonly airlineOf: (callsign: string | null) => string | null;
}

/** One column of the list: what it is called, how wide it is, and what stands in it. */
export interface Column {
  readonly title: string;
  /** Stands for the title where that is too long; the title is then its tooltip. */
  readonly short?: string;
  /** What the title leaves unsaid. */
  readonly meaning?: string;
  /** CSS pixels. */
  readonly width: number;
  /** Numbers stand at the end of the cell, below each other. */
  readonly isNumber: boolean;
  /** The unit of its numbers; null for text. */
  readonly unit: (units: Units) => string | null;
  /** Whether there are such values at all: a column that is always empty is not offered. */
  readonly isThere: (picture: Picture, around: Around) => boolean;
  readonly valueOf: (picture: Picture, slot: number, around: Around) => Value;
  /** For people, with its unit. */
  readonly textOf: (value: Value, units: Units) => string;
  /** For other programs: a number in the unit of the header, without its name; null where nothing is known. */
  readonly cellOf: (value: Value, units: Units) => Value;
}

type Kind = keyof typeof SCALES;

type Extra = Pick<Column, 'short' | 'meaning'> & Partial<Pick<Column, 'isThere'>>;

/** A column of words. */
export function text(title: string, width: number, valueOf: Column['valueOf'], extra: Extra = {}): Column {
  return {
    title,
    width,
    isNumber: false,
    unit: () => null,
    isThere: () => true,
    valueOf,
    textOf: (value) => (typeof value === 'string' ? value : format.UNKNOWN),
    cellOf: (value) => value,
    ...extra,
  };
}

/** Who the aircraft is, which comes beside the ticks: there is no such column until somebody in the picture is known. */
export function identity(title: string, width: number, part: keyof Identity, extra: Extra = {}): Column {
  return text(title, width, ({ columns }, slot, { who }) => who(columns.icao24[slot])?.[part] ?? null, {
    isThere: (picture, { who }) => anyOf(picture, (slot) => who(picture.columns.icao24[slot])?.[part]),
    ...extra,
  });
}

/** Whether an aircraft of the picture has a value. */
export function anyOf({ used, slots }: Picture, valueOf: (slot: number) => unknown): boolean {
  for (let slot = 0; slot < slots; slot++) if (used[slot] === 1 && valueOf(slot) != null) return true;
  return false;
}

/** A column of numbers in one unit. */
export function number(
  title: string,
  width: number,
  unit: string,
  valueOf: Column['valueOf'],
  textOf: (value: number) => string,
  extra: Extra = {},
): Column {
  return {
    title,
    width,
    isNumber: true,
    unit: () => unit,
    isThere: () => true,
    valueOf,
    textOf: (value) => (typeof value === 'number' ? textOf(value) : format.UNKNOWN),
    cellOf: (value) => rounded(value, 1),
    ...extra,
  };
}

/** A number of a quantity that has a unit by choice. `valid`: the bit that says it is there; 0: always. */
export function scaled(
  title: string,
  width: number,
  kind: Kind,
  valid: number,
  valueOf: (picture: Picture, slot: number, around: Around) => number | null | undefined,
  extra: Extra = {},
): Column {
  const scale = (units: Units): Scale => SCALES[kind][units];
  return {
    title,
    width,
    isNumber: true,
    unit: (units) => scale(units).name,
    isThere: () => true,
    valueOf: (picture, slot, around) =>
      valid === 0 || has(picture, slot, valid) ? (valueOf(picture, slot, around) ?? null) : null,
    textOf: (value, units) => (typeof value === 'number' ? TEXTS[kind](value, units) : format.UNKNOWN),
    cellOf: (value, units) => rounded(typeof value === 'number' ? value / scale(units).per : null, 1),
    ...extra,
  };
}

/** Below all altitudes. */
const GROUND = Number.NEGATIVE_INFINITY;

/** An aircraft on the ground mostly tells no altitude: it is `Ground` then, and lower than all others. */
export function orGround(column: Column): Column {
  return {
    ...column,
    valueOf: (picture, slot, around) =>
      column.valueOf(picture, slot, around) ?? (isOnGround(picture, slot) ? GROUND : null),
    textOf: (value, units) => (value === GROUND ? 'Ground' : column.textOf(value, units)),
    cellOf: (value, units) => (value === GROUND ? null : column.cellOf(value, units)),
  };
}

function isOnGround(picture: Picture, slot: number): boolean {
  return has(picture, slot, VALID.on_ground) && ((picture.columns.category[slot] ?? 0) & ON_GROUND) !== 0;
}

const TEXTS: Readonly<Record<Kind, (value: number, units: Units) => string>> = {
  altitude: format.altitude,
  speed: format.speed,
  verticalRate: format.verticalRate,
  distance: format.distance,
};

/** Whether a value is there, by its bit of `validity`. */
export function has(picture: Picture, slot: number, bit: number): boolean {
  return ((picture.columns.validity[slot] ?? 0) & bit) !== 0;
}

function rounded(value: Value, digits: number): Value {
  return typeof value === 'number' ? Number(value.toFixed(digits)) : value;
}
