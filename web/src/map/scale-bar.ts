import { SCALES, type Units } from '../text/format.ts';
import type { Camera } from './camera.ts';
import { latitudeOf, worldPerMetre, worldPixels } from './projection.ts';

/** A round distance and how long it is in the middle of the map, CSS pixels. */
export interface ScaleBar {
  readonly label: string;
  readonly px: number;
}

/** The longest scale bar of 1, 2 or 5 times a power of ten that is not wider than `most_px`. */
export function scaleBar(camera: Camera, units: Units, most_px: number): ScaleBar {
  const { name, per } = SCALES.distance[units];
  const unitPx = per * 1000 * worldPerMetre(latitudeOf(camera.y)) * worldPixels(camera.zoom);
  const most = most_px / unitPx;
  const power = 10 ** Math.floor(Math.log10(most));
  const length = power * ([5, 2].find((one) => one * power <= most) ?? 1);
  const label =
    units === 'metric' && length < 1
      ? `${Math.round(length * 1000)} m`
      : `${length.toLocaleString('en-GB')} ${name}`;
  return { label, px: length * unitPx };
}
