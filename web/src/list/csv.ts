import type { Picture } from '../live/picture.ts';
import type { Units } from '../text/format.ts';
import { stamp } from '../text/time.ts';
import type { Around, Value } from './column.ts';
import { COLUMN_NAMES, columnOf, headerOf } from './columns.ts';

/**
 * The rows as CSV: all columns, in the units that were chosen, which the header names; then position and its time. Lines end
 * as RFC 4180 says. Rows whose aircraft has left the picture are passed over.
 */
export function csvOf(slots: readonly number[], picture: Picture, around: Around, units: Units): string {
  const columns = COLUMN_NAMES.map(columnOf).filter(({ isThere }) => isThere(picture, around));
  const header = [
    ...columns.map((column) => headerOf(column, units)),
    'On ground',
    'Latitude (deg)',
    'Longitude (deg)',
    'Time of position (UTC)',
  ];
  const lines = slots.flatMap((slot) => {
    const aircraft = picture.aircraft(slot);
    if (aircraft === null) return [];
    return [
      [
        ...columns.map(({ valueOf, cellOf }) => cellOf(valueOf(picture, slot, around), units)),
        aircraft.on_ground === null ? null : aircraft.on_ground ? 'yes' : 'no',
        aircraft.latitude,
        aircraft.longitude,
        stamp(aircraft.time_position),
      ],
    ];
  });
  return [header, ...lines].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

/** Aircraft send any text as callsign: a spreadsheet must not take it for a formula. */
function quoted(value: Value): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
