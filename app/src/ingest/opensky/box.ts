import { ContrailError } from '../../errors.ts';

/** Edges of the area to ask for, degrees WGS 84, by OpenSky's names. */
export interface Box {
  readonly lamin: number;
  readonly lomin: number;
  readonly lamax: number;
  readonly lomax: number;
}

/**
 * Credits that one `GET /states/all` costs, by the area in square degrees: up to 25 costs 1, up to 100 costs 2, up to
 * 400 costs 3, more or the whole world (null) 4. Source: OpenSky REST API, "API credit usage".
 */
export function creditCost(box: Box | null): 1 | 2 | 3 | 4 {
  if (box === null) return 4;
  const area = (box.lamax - box.lamin) * (box.lomax - box.lomin);
  if (area <= 25) return 1;
  if (area <= 100) return 2;
  return area <= 400 ? 3 : 4;
}

/** @throws ContrailError `invalid` / `opensky-box` when an edge is off the globe or the edges are exchanged. */
export function checkBox(box: Box | null): void {
  if (box === null) return;
  const { lamin, lomin, lamax, lomax } = box;
  const isOnGlobe = lamin >= -90 && lamax <= 90 && lomin >= -180 && lomax <= 180;
  if (isOnGlobe && lamin < lamax && lomin < lomax) return;
  const isOverDateLine = isOnGlobe && lamin < lamax && lomin > lomax;
  throw new ContrailError(
    'opensky-box',
    `The area lamin ${lamin}, lomin ${lomin}, lamax ${lamax}, lomax ${lomax} is none: it needs latitudes from south to ` +
      `north within -90 to 90, and longitudes from west to east within -180 to 180.` +
      (isOverDateLine
        ? ` OpenSky takes no box over the date line: ask for the longitudes ${lomin} to 180 or -180 to ${lomax}, or leave the box out.`
        : ''),
  );
}
