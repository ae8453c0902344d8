import type { Circle } from './circles.ts';

/** A service that answers as ADSBexchange's API v2 does. */
export interface Service {
  /** For sentences. */
  readonly title: string;
  /** Between two requests at least, ms. */
  readonly intervalMs: number;
  /** The terms of the service, in one line. */
  readonly terms: string;
  /** What is missing when it answers 401 or 403, as the end of a sentence. */
  readonly refusal: string;
}

/** A service that anybody may ask for the aircraft round a point. */
export interface AreaService extends Service {
  readonly origin: string;
  path(circle: Circle): string;
}

const point = ({ latitude, longitude, radiusNm }: Circle): string =>
  `/v2/point/${latitude}/${longitude}/${radiusNm}`;

/** By the prefix of the area in `--source`. Source: the documentation of each API. */
export const AREA_SERVICES = {
  adsblol: {
    title: 'adsb.lol',
    origin: 'https://api.adsb.lol',
    path: point,
    // It limits by its load: 7 requests in 40 s have been too many.
    intervalMs: 6_000,
    terms:
      'Data of adsb.lol and its contributors, under the Open Database License (ODbL) 1.0: https://www.adsb.lol',
    refusal: 'it answers only programs that say who they are, and may want a key one day',
  },
  adsbfi: {
    title: 'adsb.fi',
    origin: 'https://opendata.adsb.fi',
    path: ({ latitude, longitude, radiusNm }) => `/api/v2/lat/${latitude}/lon/${longitude}/dist/${radiusNm}`,
    intervalMs: 1_000,
    terms:
      'Data of adsb.fi, for personal and non-commercial use, to be named with a link: https://adsb.fi (1 request a second)',
    refusal: 'it blocks addresses from which too many faulty requests came',
  },
  airplaneslive: {
    title: 'airplanes.live',
    origin: 'https://api.airplanes.live',
    path: point,
    intervalMs: 1_000,
    terms:
      'Data of airplanes.live, for non-commercial use of those whose request by e-mail it has approved: https://airplanes.live (1 request a second)',
    refusal:
      'since 2026 it answers only those whose request by e-mail it has approved: https://airplanes.live',
  },
} as const satisfies Readonly<Record<string, AreaService>>;

export type AreaForm = keyof typeof AREA_SERVICES;

export const isAreaForm = (form: string): form is AreaForm => Object.hasOwn(AREA_SERVICES, form);

/** The service behind an address that a person gave. */
export function serviceAt(url: string, intervalMs: number): Service {
  const { origin, hostname } = new URL(url);
  const known = Object.values<AreaService>(AREA_SERVICES).find((service) => service.origin === origin);
  if (known !== undefined) return { ...known, intervalMs: Math.max(known.intervalMs, intervalMs) };
  return {
    title: hostname,
    intervalMs,
    terms: `Data of ${hostname}, under the terms that you have agreed with it`,
    refusal: 'if it wants a key, set ADSBX_API_KEY',
  };
}

/**
 * The header in which a host takes a key: RapidAPI its own, ADSBexchange's gateway `x-api-key`, and `api-auth` as its
 * examples have it. A key goes to no host but that of the address.
 */
export function keyHeaders(url: string, key: string): Readonly<Record<string, string>> {
  const { hostname } = new URL(url);
  if (hostname.endsWith('.rapidapi.com')) return { 'x-rapidapi-key': key, 'x-rapidapi-host': hostname };
  return { 'x-api-key': key, 'api-auth': key };
}
