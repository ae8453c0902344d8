import urlLand110m from '../../generated/basemap-110m.bin?url';
import urlLand50m from '../../generated/basemap-50m.bin?url';
import urlLand10m from '../../generated/basemap-10m.bin?url';
import urlAirports from '../../generated/airports.bin?url';
import urlNames from '../../generated/labels.json?url';
import urlAirlines from '../../layers/airlines.bin?url';
import urlCitiesFar from '../../layers/cities-far.bin?url';
import urlCitiesNear from '../../layers/cities-near.bin?url';
import urlRunways from '../../layers/runways.bin?url';
import urlStates50m from '../../layers/states-50m.bin?url';
import urlStates10m from '../../layers/states-10m.bin?url';
import urlWater50m from '../../layers/water-50m.bin?url';
import urlWater10m from '../../layers/water-10m.bin?url';
import type { AirlineNames } from '../state/airline.ts';
import { airportList, type Airport } from './airports.ts';
import type { GroundFile, GroundFiles, LoadGround } from './ground.ts';
import type { Labels } from './overlay.ts';
import {
  airportsOf,
  citiesOf,
  runwaysOf,
  type AirportRows,
  type CityRows,
  type RunwayRow,
} from './places.ts';
import { openRaster } from './raster-source.ts';
import { openTiles, type TileLevel } from './tiles.ts';

const tiles = async (url: string): Promise<TileLevel> => openTiles(await (await unpacked(url)).arrayBuffer());

/** How each file is fetched and read. */
const LOADERS: { readonly [Name in GroundFile]: () => Promise<GroundFiles[Name]> } = {
  'land-110m': () => tiles(urlLand110m),
  'land-50m': () => tiles(urlLand50m),
  'land-10m': () => tiles(urlLand10m),
  'water-50m': () => tiles(urlWater50m),
  'water-10m': () => tiles(urlWater10m),
  'states-50m': () => tiles(urlStates50m),
  'states-10m': () => tiles(urlStates10m),
  names: async () => (await (await fetched(urlNames)).json()) as Labels,
  'cities-far': async () => citiesOf((await (await unpacked(urlCitiesFar)).json()) as CityRows),
  'cities-near': async () => citiesOf((await (await unpacked(urlCitiesNear)).json()) as CityRows),
  raster: openRaster,
  airports: async () => airportsOf(await airportRows()),
  runways: async () =>
    runwaysOf((await (await unpacked(urlRunways)).json()) as Readonly<Record<string, readonly RunwayRow[]>>),
};

/**
 * Fetches and reads a file of the ground.
 * @throws Error when it cannot be fetched or is not what it should be.
 */
export const loadGround: LoadGround = (name) => LOADERS[name]();

let airports: Promise<readonly Airport[]> | null = null;

/** The airports, to look for one; fetched once. @throws Error when they cannot be fetched; the next call tries again. */
export function loadAirportList(): Promise<readonly Airport[]> {
  airports ??= airportRows().then(airportList);
  airports.catch(() => {
    airports = null;
  });
  return airports;
}

/** The names of airlines by their designators. @throws Error when they cannot be fetched. */
export async function loadAirlines(): Promise<AirlineNames> {
  return (await (await unpacked(urlAirlines)).json()) as AirlineNames;
}

async function airportRows(): Promise<AirportRows> {
  return (await (await unpacked(urlAirports)).json()) as AirportRows;
}

/** The files are gzipped themselves, so that they are small whatever a server in between does. */
async function unpacked(url: string): Promise<Response> {
  const { body } = await fetched(url);
  if (body === null) throw new Error(`${url}: nothing was answered`);
  return new Response(body.pipeThrough(new DecompressionStream('gzip')));
}

async function fetched(url: string): Promise<Response> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
  return answer;
}
