import { distance_m, type Position } from 'contrail/wire/great-circle';
import { CATEGORY_MASK, UNITS_PER, VALID } from 'contrail/wire/units';
import type { Picture } from '../live/picture.ts';
import { squawkOf } from '../live/emergencies.ts';
import type { Identity } from '../state/identities.ts';
import * as format from '../text/format.ts';
import { SCALES, type Scale, type Units } from '../text/format.ts';
import { POSITION_SOURCES } from '../text/who.ts';
import { categoryWords } from '../text/words.ts';

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

/** All columns, in their order. A new one is an entry here; the list, its menu, the comparison and the CSV read it. */
export const COLUMNS = {
  callsign: text('Callsign', 92, (picture, slot) => picture.callsignOf(slot)),
  icao24: text('ICAO24', 76, (picture, slot) => picture.addressOf(slot), {
    meaning: 'The 24-bit address of the transponder',
  }),
  registration: identity('Registration', 92, 'registration', { short: 'Reg.' }),
  type: identity('Type', 60, 'type_code', { meaning: 'As ICAO Doc 8643 names it' }),
  operator: identity('Operator', 132, 'operator'),
  altitude: scaled('Altitude', 88, 'altitude', VALID.altitude, ({ columns }, slot) => columns.altitude[slot]),
  speed: scaled(
    'Speed',
    88,
    'speed',
    VALID.velocity,
    ({ columns }, slot) => ((columns.velocity[slot] ?? 0) / UNITS_PER.velocity) * 3.6,
    { meaning: 'Over ground' },
  ),
  rate: scaled(
    'Vertical rate',
    98,
    'verticalRate',
    VALID.vertical_rate,
    ({ columns }, slot) => (columns.vertical_rate[slot] ?? 0) / UNITS_PER.vertical_rate,
    { short: 'Rate', meaning: 'Positive while it climbs' },
  ),
  track: number(
    'Track',
    76,
    'deg',
    (picture, slot) =>
      has(picture, slot, VALID.true_track)
        ? (picture.columns.true_track[slot] ?? 0) / UNITS_PER.true_track
        : null,
    (degrees) => format.heading(degrees),
    { meaning: 'Degrees clockwise from true north' },
  ),
  distance: scaled(
    'Distance',
    84,
    'distance',
    0,
    ({ columns }, slot, { from }) =>
      from === null
        ? null
        : distance_m(from, {
            longitude: (columns.longitude[slot] ?? 0) / UNITS_PER.degree,
            latitude: (columns.latitude[slot] ?? 0) / UNITS_PER.degree,
          }) / 1000,
    { meaning: 'From the middle of the distance rings, else of the map' },
  ),
  squawk: text('Squawk', 72, ({ columns }, slot) =>
    ((columns.validity[slot] ?? 0) & VALID.squawk) === 0 ? null : squawkOf(columns, slot),
  ),
  country: text('Country', 132, (picture, slot) => picture.countryOf(slot), { meaning: 'Of registration' }),
  category: text('Category', 116, (picture, slot) =>
    categoryWords((picture.columns.category[slot] ?? 0) & CATEGORY_MASK),
  ),
  feed: text('Feed', 96, (picture, slot) => picture.feedOf(slot), {
    meaning: 'Where it was heard of last',
    isThere: ({ feeds }) => feeds.length > 0,
  }),
  source: text(
    'Position from',
    96,
    ({ columns }, slot) => POSITION_SOURCES[columns.position_source[slot] ?? -1] ?? null,
    {
      short: 'Source',
      meaning: 'How its position was found',
      isThere: (picture) =>
        anyOf(picture, (slot) => POSITION_SOURCES[picture.columns.position_source[slot] ?? -1]),
    },
  ),
  age: number(
    'Age',
    64,
    's',
    (picture, slot, { now }) => Math.max(0, now - (picture.timePosition[slot] ?? 0)),
    (seconds) => format.calmAge(seconds),
    { meaning: 'Of its last position' },
  ),
} as const satisfies Readonly<Record<string, Column>>;
export type ColumnName = keyof typeof COLUMNS;

/** The names of all columns, in their order. */
export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly ColumnName[];

/** Shown until somebody chooses. */
export const FIRST_COLUMNS: readonly ColumnName[] = [
  'callsign',
  'type',
  'altitude',
  'speed',
  'rate',
  'distance',
  'age',
];

/** A column of this name. */
export function columnOf(name: ColumnName): Column {
  return COLUMNS[name];
}

/** `Altitude (ft)`, for the header of a file. */
export function headerOf(column: Column, units: Units): string {
  const unit = column.unit(units);
  return unit === null ? column.title : `${column.title} (${unit})`;
}

/** The chosen columns that there are values for, in the order of the table; the callsign where there is none. */
export function shownColumns(
  chosen: readonly ColumnName[],
  picture: Picture,
  around: Around,
): readonly ColumnName[] {
  const shown = COLUMN_NAMES.filter(
    (name) => chosen.includes(name) && columnOf(name).isThere(picture, around),
  );
  return shown.length === 0 ? ['callsign'] : shown;
}

/** A choice of columns as it is kept, `callsign,altitude`; text without any is no choice. */
export function parseColumns(kept: string | null): readonly ColumnName[] {
  const names = (kept ?? '').split(',');
  const chosen = COLUMN_NAMES.filter((name) => names.includes(name));
  return chosen.length === 0 ? FIRST_COLUMNS : chosen;
}

type Extra = Pick<Column, 'short' | 'meaning'> & Partial<Pick<Column, 'isThere'>>;

function text(title: string, width: number, valueOf: Column['valueOf'], extra: Extra = {}): Column {
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
function identity(title: string, width: number, part: keyof Identity, extra: Extra = {}): Column {
  return text(title, width, ({ columns }, slot, { who }) => who(columns.icao24[slot])?.[part] ?? null, {
    isThere: (picture, { who }) => anyOf(picture, (slot) => who(picture.columns.icao24[slot])?.[part]),
    ...extra,
  });
}

/** Whether an aircraft of the picture has a value. */
function anyOf({ used, slots }: Picture, valueOf: (slot: number) => unknown): boolean {
  for (let slot = 0; slot < slots; slot++) if (used[slot] === 1 && valueOf(slot) != null) return true;
  return false;
}

function number(
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
function scaled(
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

const TEXTS: Readonly<Record<Kind, (value: number, units: Units) => string>> = {
  altitude: format.altitude,
  speed: format.speed,
  verticalRate: format.verticalRate,
  distance: format.distance,
};

function has(picture: Picture, slot: number, bit: number): boolean {
  return ((picture.columns.validity[slot] ?? 0) & bit) !== 0;
}

function rounded(value: Value, digits: number): Value {
  return typeof value === 'number' ? Number(value.toFixed(digits)) : value;
}
