import { CALLSIGN_BYTES, type RowColumns } from 'contrail/wire/columns';
import { CATEGORY_MASK, encodeIcao24, FEED_UNKNOWN, ON_GROUND, UNITS_PER, VALID } from 'contrail/wire/units';
import { ALL_CLASSES, altitudeClass, CLASS_COUNT } from './altitude-class.ts';
import { isMilitaryAddress } from './military.ts';
import { formatNear, nearTest, type Near, parseNears } from './near.ts';
import { cleanPattern, matches, patternOf } from './pattern.ts';

/** Whether the aircraft in a row of the columns passes. Pure, and allocates nothing. */
export type RowTest = (row: number) => boolean;

/** From and to, both included; null: no bound on that side. */
export interface Range {
  readonly from: number | null;
  readonly to: number | null;
}

/** What a filter has to know beside the columns. */
export interface Known {
  /** Names by the numbers of the wire. */
  readonly countries: readonly string[];
  readonly feeds: readonly string[];
  /** Who has an address, as the columns have it; null: nobody says. */
  readonly identityOf: (
    address: number,
  ) => { readonly registration: string | null; readonly type_code: string | null } | null;
}

/** One thing that a filter can ask for: how it stands in the address, and what it means for a row. */
export interface Field<Value> {
  /** The value of a parameter of the address; that of `''`, and of text which means nothing, takes all aircraft. */
  readonly parse: (text: string) => Value;
  /** The reverse; `''` for the value that takes all aircraft. */
  readonly format: (value: Value) => string;
  /** The test of rows of these columns. Not asked for a value that takes all. */
  readonly test: (value: Value, columns: RowColumns, known: Known) => RowTest;
}

/** What the Gold tables call the country of an aircraft of which nobody knows it. */
export const NO_COUNTRY = 'Unknown';

/**
 * All that a filter can ask for, by the name of its parameter. Another column of the wire becomes filtered by a line here, one in
 * chips.ts, and its place in the form. The flight phase is not among them, by docs/decisions/0020-filter.md.
 */
export const FIELDS = {
  /** Bits: altitude class n, see altitude-class.ts. */
  altitude: field<number>({
    parse: (text) =>
      text === '-'
        ? 0
        : [...text.matchAll(/[0-7]/g)].reduce((bits, [n]) => bits | (1 << Number(n)), 0) || ALL_CLASSES,
    format: (classes) => {
      if (classes === ALL_CLASSES) return '';
      return [...Array(CLASS_COUNT).keys()].filter((n) => (classes & (1 << n)) !== 0).join('') || '-';
    },
    test: (classes, columns) => (row) => (classes & (1 << classOf(columns, row))) !== 0,
  }),
  altitude_m: range(VALID.altitude, 1, ({ altitude }) => altitude),
  velocity_kmh: range(VALID.velocity, UNITS_PER.velocity / 3.6, ({ velocity }) => velocity),
  /** m/s */
  vertical_rate: range(VALID.vertical_rate, UNITS_PER.vertical_rate, ({ vertical_rate }) => vertical_rate),
  on_ground: field<boolean | null>({
    parse: (text) => (text === 'yes' ? true : text === 'no' ? false : null),
    format: (is) => (is === null ? '' : is ? 'yes' : 'no'),
    test: (is, columns) => (row) =>
      isValid(columns, row, VALID.on_ground) && (((columns.category[row] ?? 0) & ON_GROUND) !== 0) === is,
  }),
  /** Emitter categories 0..20; an aircraft that says none has 0. */
  category: field<readonly number[]>({
    parse: (text) =>
      listOf(text, ',', (part) => (/^(1?\d|20)$/.test(part) ? String(Number(part)) : '')).map(Number),
    format: (categories) => categories.join(','),
    test: (categories, columns) => {
      const bits = categories.reduce((sum, category) => sum | (1 << category), 0);
      return (row) => (bits & (1 << ((columns.category[row] ?? 0) & CATEGORY_MASK))) !== 0;
    },
  }),
  /** Names of countries of registration. */
  country: field<readonly string[]>({
    // Names have commas in them: "Iran, Islamic Republic of".
    parse: (text) => listOf(text, ';', (part) => part.trim()),
    format: (names) => names.join(';'),
    test: (names, columns, { countries }) => {
      const isWanted = Uint8Array.from(countries, (name) => Number(names.includes(name)));
      const none = names.includes(NO_COUNTRY);
      return (row) =>
        isValid(columns, row, VALID.country) ? isWanted[columns.country[row] ?? 0] === 1 : none;
    },
  }),
  /** Patterns, see pattern.ts; one of them is enough. */
  callsign: field<readonly string[]>({
    parse: (text) => listOf(text, ',', cleanPattern),
    format: (texts) => texts.join(','),
    test: (texts, columns) => {
      const patterns = texts.map(patternOf);
      return (row) => {
        if (!isValid(columns, row, VALID.callsign)) return false;
        const start = row * CALLSIGN_BYTES;
        let end = start + CALLSIGN_BYTES;
        while (end > start && columns.callsign[end - 1] === BLANK) end -= 1;
        for (const pattern of patterns) if (matches(pattern, columns.callsign, start, end)) return true;
        return false;
      };
    },
  }),
  /** Designators of airlines, `DLH`: callsigns that begin with one and a figure after it. */
  airline: field<readonly string[]>({
    parse: (text) => listOf(text.toUpperCase(), ',', (part) => (/^[A-Z]{3}$/.test(part) ? part : '')),
    format: (codes) => codes.join(','),
    test: (codes, columns) => {
      const wanted = new Set(codes.map((code) => packed(...[0, 1, 2].map((i) => code.charCodeAt(i)))));
      return (row) => {
        if (!isValid(columns, row, VALID.callsign)) return false;
        const { callsign } = columns;
        const start = row * CALLSIGN_BYTES;
        const figure = callsign[start + 3] ?? BLANK;
        if (figure < ZERO || figure > NINE) return false;
        return wanted.has(packed(callsign[start], callsign[start + 1], callsign[start + 2]));
      };
    },
  }),
  /** Whether the address is of a block that a state has set aside for its military: military.ts. */
  military: field<boolean | null>({
    parse: (text) => (text === 'yes' ? true : text === 'no' ? false : null),
    format: (is) => (is === null ? '' : is ? 'yes' : 'no'),
    test: (is, columns) => (row) => isMilitaryAddress(columns.icao24[row] ?? 0) === is,
  }),
  /** Patterns as those of callsigns, compared without hyphens: `DAIZA` is D-AIZA. */
  registration: identified('registration'),
  /** Patterns for ICAO type designators: `A32?`. */
  type: identified('type_code'),
  /** Names of feeds, or what stands before the colon of a source: `readsb` is every receiver of readsb. */
  feed: field<readonly string[]>({
    // Names of sources have commas in them: "adsblol:47,8,100".
    parse: (text) => listOf(text, ';', (part) => part.trim()),
    format: (names) => names.join(';'),
    test: (names, columns, { feeds }) => {
      const isWanted = new Uint8Array(FEED_UNKNOWN + 1);
      for (const [i, feed] of feeds.entries())
        isWanted[i] = Number(names.includes(feed) || names.includes(feed.split(':')[0] ?? feed));
      return (row) => isWanted[columns.feed[row] ?? FEED_UNKNOWN] === 1;
    },
  }),
  /** How the position was found: {@link SOURCE_KINDS}, by their numbers on the wire. */
  source: field<readonly string[]>({
    parse: (text) => listOf(text.toLowerCase(), ',', (part) => (SOURCE_KINDS.includes(part) ? part : '')),
    format: (kinds) => kinds.join(','),
    test: (kinds, columns) => {
      const wanted = kinds.map((kind) => SOURCE_KINDS.indexOf(kind));
      return (row) => wanted.includes(columns.position_source[row] ?? -1);
    },
  }),
  /** Circles round places; one of them is enough. */
  near: field<readonly Near[]>({
    parse: parseNears,
    format: (places) => places.map(formatNear).join(';'),
    test: nearTest,
  }),
  /** The first octal digits of a code, or four of them with `?` for any; one of them is enough. */
  squawk: field<readonly string[]>({
    parse: (text) => listOf(text, ',', (part) => part.replaceAll(/[^0-7?]/g, '').slice(0, 4)),
    format: (codes) => codes.join(','),
    test: (codes, columns) => {
      const wanted = codes.map((code) => [bitsOf(code, '7', '0'), bitsOf(code, null, '0')] as const);
      return (row) => {
        if (!isValid(columns, row, VALID.squawk)) return false;
        const squawk = columns.squawk[row] ?? 0;
        for (const [mask, code] of wanted) if ((squawk & mask) === code) return true;
        return false;
      };
    },
  }),
  /** Addresses of aircraft that are shown alone. */
  only: field<readonly string[]>({
    parse: (text) =>
      listOf(text.toLowerCase(), ',', (part) => (encodeIcao24(part.trim()) === null ? '' : part.trim())),
    format: (addresses) => addresses.join(','),
    test: (addresses, columns) => {
      const wanted = new Set(addresses.map(encodeIcao24));
      return (row) => wanted.has(columns.icao24[row] ?? null);
    },
  }),
} as const;

/** How positions are found, as the address has it, by OpenSky's numbers. */
export const SOURCE_KINDS: readonly string[] = ['adsb', 'asterix', 'mlat', 'flarm'];

const BLANK = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * A field of patterns for what is known of an aircraft by its address. What was found for an identity is remembered while the same
 * is asked for: identities rarely change, and the test runs at each tick.
 */
function identified(name: 'registration' | 'type_code'): Field<readonly string[]> {
  let asked = '';
  let found = new WeakMap<object, boolean>();
  return {
    parse: (text) => listOf(text, ',', cleanPattern),
    format: (texts) => texts.join(','),
    test: (texts, columns, { identityOf }) => {
      if (asked !== texts.join()) found = new WeakMap();
      asked = texts.join();
      const patterns = texts.map(patternOf);
      const fits = (text: string): boolean => {
        const bytes = new TextEncoder().encode(text.replaceAll('-', ''));
        return patterns.some((pattern) => matches(pattern, bytes, 0, bytes.length));
      };
      return (row) => {
        const identity = identityOf(columns.icao24[row] ?? 0);
        if (identity === null) return false;
        const known = found.get(identity);
        if (known !== undefined) return known;
        const text = identity[name];
        const isWanted = text !== null && fits(text);
        found.set(identity, isWanted);
        return isWanted;
      };
    },
  };
}

/** The field as it is: names the type of its value. */
function field<Value>(one: Field<Value>): Field<Value> {
  return one;
}

function isValid(columns: RowColumns, row: number, bit: number): boolean {
  return ((columns.validity[row] ?? 0) & bit) !== 0;
}

/** The altitude class of a row, see altitude-class.ts. */
function classOf(columns: RowColumns, row: number): number {
  const onGround = isValid(columns, row, VALID.on_ground) && ((columns.category[row] ?? 0) & ON_GROUND) !== 0;
  return altitudeClass(isValid(columns, row, VALID.altitude) ? (columns.altitude[row] ?? 0) : null, onGround);
}

/** A field of `from..to`, where `perUnit` units of the wire are one of the address. A row without a value does not pass. */
function range(
  valid: number,
  perUnit: number,
  column: (columns: RowColumns) => Int16Array | Uint16Array,
): Field<Range | null> {
  return {
    parse: (text) => {
      const [, from = '', to = ''] = /^(-?\d+(?:\.\d+)?)?\.\.(-?\d+(?:\.\d+)?)?$/.exec(text) ?? [];
      return rangeOf(from === '' ? null : Number(from), to === '' ? null : Number(to));
    },
    format: (value) => (value === null ? '' : `${value.from ?? ''}..${value.to ?? ''}`),
    test: (value, columns) => {
      const cells = column(columns);
      const from = (value?.from ?? Number.NEGATIVE_INFINITY) * perUnit;
      const to = (value?.to ?? Number.POSITIVE_INFINITY) * perUnit;
      return (row) => {
        const cell = cells[row] ?? 0;
        return isValid(columns, row, valid) && cell >= from && cell <= to;
      };
    },
  };
}

/** A range; null without any bound. */
export function rangeOf(from: number | null, to: number | null): Range | null {
  return from === null && to === null ? null : { from, to };
}

function listOf(text: string, separator: string, clean: (part: string) => string): string[] {
  return [...new Set(text.split(separator).map(clean))].filter((part) => part !== '');
}

/** Three characters as one number. */
function packed(a = 0, b = 0, c = 0): number {
  return (a << 16) | (b << 8) | c;
}

/** A squawk of 12 bits: each digit, or the one given for all digits, and another for those left open. */
function bitsOf(code: string, digit: string | null, open: string): number {
  const digits = Array.from(code.padEnd(4, '?'), (one) => (one === '?' ? open : (digit ?? one)));
  return Number.parseInt(digits.join(''), 8);
}
