/** Edges of an area, degrees WGS 84, as OpenSky's `/states/all` takes them; `lomin` above `lomax`: over the date line. */
export interface Box {
  readonly lamin: number;
  readonly lomin: number;
  readonly lamax: number;
  readonly lomax: number;
}

/** One area, as a person gives it. Which box a country or an airport means, the airports say. */
export type Area =
  | { readonly kind: 'box'; readonly box: Box }
  /** ISO 3166-1 alpha-2, upper case. */
  | { readonly kind: 'country'; readonly code: string }
  | { readonly kind: 'airport'; readonly ident: string; readonly radius_km: number };

export const AREA_FORMS =
  'lamin,lomin,lamax,lomax, country:CH or airport:LSZH,100 (km), several with ; between';

const STANDARD_KM = 100;
const LONGEST_KM = 5_000;
const MOST_AREAS = 20;

/** `lamin,lomin,lamax,lomax` in degrees; null for any other text. */
export function parseBox(text: string): Box | null {
  const edges = text.split(',').map((edge) => (edge.trim() === '' ? Number.NaN : Number(edge)));
  const [lamin, lomin, lamax, lomax] = edges;
  if (lamin === undefined || lomin === undefined || lamax === undefined || lomax === undefined) return null;
  const isInside = lamin >= -90 && lamax <= 90 && Math.max(Math.abs(lomin), Math.abs(lomax)) <= 180;
  return edges.length === 4 && isInside && lamin < lamax && lomin !== lomax
    ? { lamin, lomin, lamax, lomax }
    : null;
}

/** Areas with semicolons between; null when one of them cannot be read. */
export function parseAreas(text: string): readonly Area[] | null {
  const areas = text.split(';').map((part) => parseArea(part.trim()));
  return areas.length <= MOST_AREAS && areas.every((area) => area !== null) ? areas : null;
}

function parseArea(text: string): Area | null {
  const country = /^country:([A-Za-z]{2})$/.exec(text)?.[1];
  if (country !== undefined) return { kind: 'country', code: country.toUpperCase() };
  const airport = /^airport:([A-Za-z0-9-]{2,8})(?:,\s*(\d+(?:\.\d+)?))?$/.exec(text);
  if (airport !== null) {
    const radius_km = Number(airport[2] ?? STANDARD_KM);
    const ident = airport[1]?.toUpperCase() ?? '';
    return radius_km >= 1 && radius_km <= LONGEST_KM ? { kind: 'airport', ident, radius_km } : null;
  }
  const box = parseBox(text.replace(/^box:/, ''));
  return box === null ? null : { kind: 'box', box };
}
