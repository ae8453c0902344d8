import type { Cell, TrackAnswer } from 'contrail/dashboard/protocol';
import { rowsOf } from '../api/rows.ts';
import { stamp } from '../text/time.ts';
import { assembleTrack, type TrackPoint } from './track.ts';
import { pointsOf } from './points.ts';

/** The forms in which a track can be saved. */
export const FORMATS = ['csv', 'json', 'geojson', 'kml'] as const;
export type Format = (typeof FORMATS)[number];

/** A file to save. */
export interface TrackFile {
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly text: string;
}

const TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv',
  json: 'application/json',
  geojson: 'application/geo+json',
  kml: 'application/vnd.google-earth.kml+xml',
};

/**
 * A track as a file. CSV and JSON have the rows as the table has them, doubtful ones with their doubts; GeoJSON and KML
 * have lines: positions that no aircraft can have reached are left out, and nothing is drawn where it was not heard of.
 */
export function trackFile(format: Format, answer: TrackAnswer, callsign: string | null): TrackFile {
  const from = stamp(answer.flight?.from ?? 0) ?? '';
  const name = `${callsign ?? answer.icao24}-${from.slice(0, 16).replaceAll(/[^0-9]/g, '')}.${format}`;
  const write = { csv, json, geojson, kml }[format];
  return { name: name.replaceAll(/[^\w.-]/g, '_'), type: TYPES[format], text: write(answer, callsign) };
}

function factsOf(answer: TrackAnswer, callsign: string | null): Readonly<Record<string, unknown>> {
  const { icao24, table, version, flight } = answer;
  return { icao24, callsign, table, version, rows_of_flight: flight?.rows, within_m: flight?.within_m };
}

function timed(answer: TrackAnswer): Readonly<Record<string, Cell>>[] {
  return rowsOf(answer).map((row) => ({
    time: typeof row['time_position'] === 'number' ? stamp(row['time_position']) : null,
    ...row,
  }));
}

/** Source: RFC 4180. A field that a spreadsheet would take for a formula cannot occur: all text is of closed lists. */
function csv(answer: TrackAnswer): string {
  const cell = (value: Cell): string => {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = timed(answer).map((row) => [answer.icao24, ...Object.values(row)].map(cell).join(','));
  return `${['icao24', 'time', ...answer.columns].join(',')}\r\n${lines.map((line) => `${line}\r\n`).join('')}`;
}

function json(answer: TrackAnswer, callsign: string | null): string {
  return `${JSON.stringify({ ...factsOf(answer, callsign), positions: timed(answer) }, null, 1)}\n`;
}

/** Longitude, latitude and, where it is known, altitude: barometric, metres. Source: RFC 7946, section 3.1.1. */
const placeOf = ({ longitude, latitude, altitude_m }: TrackPoint): number[] =>
  altitude_m === null ? [longitude, latitude] : [longitude, latitude, altitude_m];

function geojson(answer: TrackAnswer, callsign: string | null): string {
  const lines = assembleTrack(pointsOf(answer)).lines.filter((line) => line.length > 1);
  const features = lines.map((line) => ({
    type: 'Feature',
    properties: { ...factsOf(answer, callsign), coordTimes: line.map(({ time }) => stamp(time)) },
    geometry: { type: 'LineString', coordinates: line.map(placeOf) },
  }));
  return `${JSON.stringify({ type: 'FeatureCollection', features })}\n`;
}

/** Source: OGC KML 2.2 with Google's gx:Track, which holds the times of its places. */
function kml(answer: TrackAnswer, callsign: string | null): string {
  const tracks = assembleTrack(pointsOf(answer)).lines.map((line) => {
    const whens = line.map(({ time }) => `<when>${stamp(time)}</when>`).join('');
    const coords = line.map((point) => {
      const [longitude = 0, latitude = 0, altitude = 0] = placeOf(point);
      return `<gx:coord>${longitude} ${latitude} ${altitude}</gx:coord>`;
    });
    return `<gx:Track><altitudeMode>absolute</altitudeMode>${whens}${coords.join('')}</gx:Track>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">',
    `<Document><name>${escaped(callsign ?? answer.icao24)}</name><Placemark><name>${escaped(answer.icao24)}</name>`,
    `<gx:MultiTrack>${tracks.join('\n')}</gx:MultiTrack>`,
    '</Placemark></Document></kml>',
    '',
  ].join('\n');
}

/** Text of a feed as text of XML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
