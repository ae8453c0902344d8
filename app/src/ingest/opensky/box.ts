import { ContrailError } from '../../errors.ts';

/**
 * Edges of an area, degrees WGS 84, by OpenSky's names. `lomin` is the western edge; where it is greater than `lomax`, the
 * area reaches over the date line.
 */
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
export function checkBox({ lamin, lomin, lamax, lomax }: Box): void {
  const isOnGlobe = lamin >= -90 && lamax <= 90 && Math.max(Math.abs(lomin), Math.abs(lomax)) <= 180;
  if (isOnGlobe && lamin < lamax && lomin !== lomax) return;
  throw new ContrailError(
    'opensky-box',
    `The area lamin ${lamin}, lomin ${lomin}, lamax ${lamax}, lomax ${lomax} is not valid: it needs latitudes from south to ` +
      `north within -90 to 90, and longitudes from west to east within -180 to 180.`,
  );
}

/** The box in pieces that OpenSky takes: a box over the date line is two. */
export function piecesOf(box: Box): readonly Box[] {
  if (box.lomin < box.lomax) return [box];
  const pieces = [
    { ...box, lomax: 180 },
    { ...box, lomin: -180 },
  ];
  return pieces.filter(({ lomin, lomax }) => lomin < lomax);
}

/** Whether a place is in a box that does not reach over the date line, edges included. */
export const isInside = ({ lamin, lomin, lamax, lomax }: Box, latitude: number, longitude: number): boolean =>
  latitude >= lamin && latitude <= lamax && longitude >= lomin && longitude <= lomax;
