import type { Filter } from '../filter/filter.ts';
import type { Picture } from '../live/picture.ts';
import { photograph, type Caption } from '../map/snapshot.ts';
import type { Airlines } from '../state/airlines.ts';
import type { Store } from '../state/store.ts';
import { GROUND_CLASS, UNKNOWN_CLASS } from '../filter/altitude-class.ts';
import { count, plural, type Units } from '../text/format.ts';
import type { Times } from '../text/time.ts';
import { chipsOf } from './chips.ts';
import { fileName, save } from './download.ts';
import type { MapControl } from './map-control.ts';

/** Whose work the map stands on; GeoNames asks to be named (CC BY 4.0). */
export const MAP_CREDITS = 'Contrail · Natural Earth · OurAirports · cities © GeoNames, CC BY 4.0';

/** What a picture of the map says of itself. */
export interface Pictured {
  /** Of when it is, in words. */
  readonly moment: string;
  readonly inView: number;
  /** What is filtered by, in words. */
  readonly filters: readonly string[];
  /** Where positions come from: names of feeds. */
  readonly feeds: readonly string[];
  /** Whose the map tiles of a person are; '' without any. */
  readonly credit: string;
  readonly isSimulated: boolean;
  /** It is not of now: a recording, or replayed. */
  readonly isPast: boolean;
  readonly units: Units;
}

/** What stands below a picture of the map: nobody may take invented aircraft for real ones, or the past for now. */
export function captionOf(pictured: Pictured): Caption {
  const { moment, inView, filters, feeds, credit, isSimulated, isPast, units } = pictured;
  const marks = [...(isSimulated ? ['SIMULATED'] : []), ...(isPast ? ['REPLAY'] : [])];
  const shown = [plural(inView, 'aircraft', 'aircraft'), ...filters].join(' · ');
  return {
    left: [[...marks, moment].join(' · '), shown],
    right: [feeds.length === 0 ? '' : `Positions: ${feeds.join(', ')}`, MAP_CREDITS, credit]
      .filter((part) => part !== '')
      .join(' · '),
    classes: Array.from({ length: UNKNOWN_CLASS + 1 }, (_, i) => classMark(i, units)),
  };
}

/** The lower edge of a class, with its unit at the first. */
function classMark(index: number, units: Units): string {
  if (index === GROUND_CLASS) return 'Ground';
  if (index === UNKNOWN_CLASS) return '?';
  const marks = units === 'metric' ? [0, 1, 3, 6, 9, 11] : [0, 3, 10, 20, 30, 36];
  const unit = index > 1 ? '' : units === 'metric' ? ' km' : ' kft';
  return `${count(marks[index - 1])}${unit}`;
}

/** What of the page is asked for a picture. */
export interface PictureRoom {
  readonly picture: Picture;
  readonly filter: Store<Filter>;
  readonly preferences: { readonly units: Units };
  readonly server: { readonly simulated: boolean | null } | null;
  readonly shownNow: number;
  readonly times: Times;
  readonly airlines: Pick<Airlines, 'nameOf'>;
  readonly at: number | null;
  readonly recording: boolean;
  said: string;
}

/** Saves what the map shows now as a PNG. */
export function savePicture(room: PictureRoom, control: Pick<MapControl, 'map' | 'value'>): void {
  const seen = control.map?.seen();
  if (seen === undefined) return;
  const { units } = room.preferences;
  const caption = captionOf({
    moment: room.times.instant(room.shownNow),
    inView: control.value.counts.inView,
    filters: chipsOf(room.filter.value, units, (code) => room.airlines.nameOf(code)).map(
      ({ words }) => words,
    ),
    feeds: room.picture.feeds,
    credit: control.value.credit,
    isSimulated: room.server?.simulated === true,
    isPast: room.at !== null || room.recording,
    units,
  });
  photograph(seen, caption).toBlob((blob) => {
    if (blob === null) return;
    save(fileName('map', room.shownNow, 'png'), blob);
    room.said = 'The map is saved as a picture';
  }, 'image/png');
}
