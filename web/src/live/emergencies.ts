import type { RowColumns } from 'contrail/wire/columns';
import { VALID } from 'contrail/wire/units';
import type { Picture } from './picture.ts';

/**
 * Squawks that call for help: 7500 unlawful interference, 7600 radio failure, 7700 emergency. Source: ICAO Annex
 * 10, volume IV, 2.1.4.2.
 */
const HIJACKED = 0o7500;
const SILENT = 0o7600;
const IN_DISTRESS = 0o7700;

/** An aircraft that sends an emergency squawk. */
export interface Emergency {
  readonly icao24: string;
  readonly callsign: string | null;
  readonly squawk: string;
}

/** Whether the aircraft in a row sends an emergency squawk. */
export function isEmergency(columns: RowColumns, row: number): boolean {
  const squawk = columns.squawk[row] ?? 0;
  const calls = squawk === HIJACKED || squawk === SILENT || squawk === IN_DISTRESS;
  return calls && ((columns.validity[row] ?? 0) & VALID.squawk) !== 0;
}

/** All emergencies of the picture, the gravest code first, then by callsign: the order does not change with each tick. */
export function emergenciesOf(picture: Picture): readonly Emergency[] {
  const found: Emergency[] = [];
  for (let slot = 0; slot < picture.slots; slot++) {
    if (picture.used[slot] !== 1 || !isEmergency(picture.columns, slot)) continue;
    const squawk = squawkOf(picture.columns, slot);
    found.push({ icao24: picture.addressOf(slot), callsign: picture.callsignOf(slot), squawk });
  }
  return found.toSorted(
    (a, b) => ORDER.indexOf(a.squawk) - ORDER.indexOf(b.squawk) || compare(nameOf(a), nameOf(b)),
  );
}

/** How people call it: its callsign, or its address. */
export function nameOf({ callsign, icao24 }: Pick<Emergency, 'callsign' | 'icao24'>): string {
  return callsign ?? icao24;
}

/** The 4 octal digits of a row's squawk. */
export function squawkOf(columns: RowColumns, row: number): string {
  return (columns.squawk[row] ?? 0).toString(8).padStart(4, '0');
}

const ORDER = ['7500', '7700', '7600'];

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Whether two lists name the same aircraft with the same codes. */
export function areSame(a: readonly Emergency[], b: readonly Emergency[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Those of `after` that are not in `before` with the same code. */
export function newcomers(before: readonly Emergency[], after: readonly Emergency[]): readonly Emergency[] {
  return after.filter(
    (one) => !before.some(({ icao24, squawk }) => icao24 === one.icao24 && squawk === one.squawk),
  );
}
