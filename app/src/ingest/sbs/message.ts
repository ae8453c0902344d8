/**
 * One line of BaseStation, in the units of the format: feet, knots, feet a minute, degrees. Null: the line does not say.
 *
 *     MSG,3,5,211,4CA2D6,10057,2008/11/28,14:53:50.594,2008/11/28,14:58:51.153,,37000,,,51.45735,-1.02826,,,0,0,0,0
 *     1   2 3 4   5      6     7          8            9          10          11 12 13 14 15      16    17 18 19 20 21 22
 *
 * Fields: 1 kind, 2 transmission type, 5 address, 7 and 8 when it was generated, 11 callsign, 12 altitude, 13 ground speed,
 * 14 track, 15 and 16 latitude and longitude, 17 vertical rate, 18 squawk, 19 alert, 20 emergency, 21 SPI, 22 on ground.
 * Flags are -1 (or 1) for true, 0 for false. An altitude or a rate that ends in `H` is geometric.
 * Source: Kinetic Avionics, BaseStation socket data (port 30003); readsb `net_io.c`, which writes and reads it.
 */
export interface SbsMessage {
  readonly icao24: string;
  /** By multilateration: the kind MLAT, or a number of receivers in field 19, as readsb passes it on. */
  readonly isMlat: boolean;
  /** By the sender's clock, read as UTC; epoch ms. Null where the line has none. */
  readonly generated_ms: number | null;
  readonly callsign: string | null;
  readonly baro_altitude_ft: number | null;
  readonly geo_altitude_ft: number | null;
  readonly ground_speed_kt: number | null;
  readonly track: number | null;
  /** Both or none. */
  readonly position: { readonly latitude: number; readonly longitude: number } | null;
  readonly baro_rate_fpm: number | null;
  readonly geo_rate_fpm: number | null;
  readonly squawk: string | null;
  readonly spi: boolean | null;
  readonly on_ground: boolean | null;
  /** A position on the surface, transmission type 2. */
  readonly isSurface: boolean;
}

/** Kinds of lines without a position or motion: a selection, a new id, a new aircraft, a status, a click. */
const OTHER_KINDS: ReadonlySet<string> = new Set(['SEL', 'ID', 'AIR', 'STA', 'CLK']);
const FIELDS = 22;
const ADDRESS = /^~?[\da-f]{6}$/i;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)$/;
const DATE = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/;
const TIME = /^(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/;

class Malformed extends Error {}

/**
 * Reads one line. A line with one field that cannot be is malformed as a whole: most likely it lost bytes on its way, and
 * its other fields are no better.
 * @returns `other` for valid lines that are not needed, `malformed` for text that is not BaseStation
 */
export function readMessage(line: string): SbsMessage | 'other' | 'malformed' {
  const fields = line.split(',');
  const kind = fields[0]?.trim() ?? '';
  if (OTHER_KINDS.has(kind)) return fields.length >= 5 ? 'other' : 'malformed';
  if ((kind !== 'MSG' && kind !== 'MLAT') || fields.length < FIELDS) return 'malformed';
  const field = (number: number): string => (fields[number - 1] as string).trim();
  const address = field(5);
  const type = field(2);
  if (!/^[1-8]$/.test(type) || !ADDRESS.test(address)) return 'malformed';
  try {
    const [altitude, rate] = [heightOf(field(12)), heightOf(field(17))];
    const isSurface = type === '2' && kind === 'MSG';
    return {
      icao24: address.toLowerCase(),
      isMlat: kind === 'MLAT' || Number(field(19)) > 1,
      generated_ms: timeOf(field(7), field(8)),
      callsign: callsignOf(fields[10] as string),
      baro_altitude_ft: altitude.isGeometric ? null : altitude.value,
      geo_altitude_ft: altitude.isGeometric ? altitude.value : null,
      ground_speed_kt: numberOf(field(13)),
      track: numberOf(field(14)),
      position: positionOf(field(15), field(16)),
      baro_rate_fpm: rate.isGeometric ? null : rate.value,
      geo_rate_fpm: rate.isGeometric ? rate.value : null,
      squawk: squawkOf(field(18)),
      spi: flagOf(field(21)),
      // Types 2 and 3 are the position on the ground and in the air; many senders leave the flag of them empty.
      on_ground: isSurface ? true : (flagOf(field(22)) ?? (type === '3' && kind === 'MSG' ? false : null)),
      isSurface,
    };
  } catch (error) {
    if (error instanceof Malformed) return 'malformed';
    throw error;
  }
}

/** As sent; blanks alone say nothing. */
function callsignOf(text: string): string | null {
  if (!/^[ -~]{0,16}$/.test(text)) throw new Malformed();
  return text.trim() === '' ? null : text;
}

function numberOf(text: string): number | null {
  if (text === '') return null;
  if (!NUMBER.test(text)) throw new Malformed();
  return Number(text);
}

function heightOf(text: string): { readonly value: number | null; readonly isGeometric: boolean } {
  const isGeometric = text.endsWith('H');
  return { value: numberOf(isGeometric ? text.slice(0, -1) : text), isGeometric };
}

/** Some senders write zero for both if they do not know. No aircraft is there. */
function positionOf(latitudeText: string, longitudeText: string): SbsMessage['position'] {
  const [latitude, longitude] = [numberOf(latitudeText), numberOf(longitudeText)];
  if (latitude === null || longitude === null || (latitude === 0 && longitude === 0)) return null;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) throw new Malformed();
  return { latitude, longitude };
}

/** A single zero means unknown; other senders leave out leading zeros. */
function squawkOf(text: string): string | null {
  if (text === '' || text === '0') return null;
  if (!/^[0-7]{1,4}$/.test(text)) throw new Malformed();
  return text.padStart(4, '0');
}

function flagOf(text: string): boolean | null {
  if (text === '') return null;
  if (text !== '0' && text !== '1' && text !== '-1') throw new Malformed();
  return text !== '0';
}

function timeOf(date: string, time: string): number | null {
  if (date === '' || time === '') return null;
  const [, year, month, day] = DATE.exec(date) ?? [];
  const [, hour, minute, second, fraction = '0'] = TIME.exec(time) ?? [];
  if (year === undefined || hour === undefined) throw new Malformed();
  return (
    Date.UTC(+year, Number(month) - 1, Number(day), +hour, Number(minute), Number(second)) +
    Math.floor(Number(`0.${fraction}`) * 1000)
  );
}
