import { columnOf } from '../list/columns.ts';
import type { Sort } from '../list/sort.ts';
import type { Picture } from '../live/picture.ts';
import type { Comparison } from '../state/comparison.ts';
import { plural } from '../text/format.ts';

/** The letter of a compared aircraft on map, list and table: A for the first; null for one that is not compared. */
export function markOf(compared: readonly string[], icao24: string): string | null {
  const place = compared.indexOf(icao24);
  return place < 0 ? null : String.fromCharCode(65 + place);
}

/** `Sorted by altitude, highest first`: of the first column, which is the one that is seen. */
export function sortWords([first]: Sort): string {
  if (first === undefined) return '';
  const { title, isNumber } = columnOf(first.column);
  const direction = isNumber
    ? first.descending
      ? 'largest first'
      : 'smallest first'
    : first.descending
      ? 'Z to A'
      : 'A to Z';
  return `Sorted by ${title.toLowerCase()}, ${direction}`;
}

/** What is said of an aircraft that was taken into the comparison or given up. */
export function comparedWords(picture: Picture, slot: number, comparison: Comparison): string {
  const icao24 = picture.addressOf(slot);
  const name = picture.callsignOf(slot) ?? icao24;
  const number = comparison.value.length;
  if (!comparison.has(icao24)) return `${name} no longer compared`;
  return `${name} compared, ${plural(number, 'aircraft', 'aircraft')} in the table`;
}
