import { distance_m } from 'contrail/wire/great-circle';
import { CATEGORY_MASK, UNITS_PER, VALID } from 'contrail/wire/units';
import { isMilitaryAddress } from '../filter/military.ts';
import { squawkOf } from '../live/emergencies.ts';
import type { Picture } from '../live/picture.ts';
import * as format from '../text/format.ts';
import type { Units } from '../text/format.ts';
import { POSITION_SOURCES } from '../text/who.ts';
import { categoryWords } from '../text/words.ts';
import { anyOf, has, identity, number, orGround, scaled, text, type Around, type Column } from './column.ts';

/** All columns, in their order. A new one is an entry here; the list, its menu, the comparison and the CSV read it. */
export const COLUMNS = {
  callsign: text('Callsign', 92, (picture, slot) => picture.callsignOf(slot)),
  icao24: text('ICAO24', 76, (picture, slot) => picture.addressOf(slot), {
    meaning: 'The 24-bit address of the transponder',
  }),
  registration: identity('Registration', 92, 'registration', { short: 'Reg.' }),
  type: identity('Type', 60, 'type_code', { meaning: 'As ICAO Doc 8643 names it' }),
  operator: identity('Operator', 132, 'operator'),
  airline: text('Airline', 132, (picture, slot, { airlineOf }) => airlineOf(picture.callsignOf(slot)), {
    meaning: 'By the first three letters of the callsign',
    isThere: (picture, { airlineOf }) => anyOf(picture, (slot) => airlineOf(picture.callsignOf(slot))),
  }),
  military: text(
    'Military',
    92,
    ({ columns }, slot) => (isMilitaryAddress(columns.icao24[slot] ?? 0) ? 'By address' : null),
    {
      meaning: 'Its address is of a block that its state has set aside for the military',
      isThere: (picture) =>
        anyOf(picture, (slot) => (isMilitaryAddress(picture.columns.icao24[slot] ?? 0) ? true : null)),
    },
  ),
  altitude: orGround(
    scaled('Altitude', 88, 'altitude', VALID.altitude, ({ columns }, slot) => columns.altitude[slot]),
  ),
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
