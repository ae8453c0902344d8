import url110m from '../../generated/basemap-110m.bin?url';
import url50m from '../../generated/basemap-50m.bin?url';
import url10m from '../../generated/basemap-10m.bin?url';
import urlLabels from '../../generated/labels.json?url';
import { openBasemap, type BasemapLevel, type BasemapName } from './basemap.ts';
import type { Labels } from './overlay.ts';

const URLS: Readonly<Record<BasemapName, string>> = { '110m': url110m, '50m': url50m, '10m': url10m };

/**
 * Fetches and unpacks one resolution of the basemap. The files are gzipped themselves, so that they are small whatever
 * a server in between does.
 * @throws Error when the file cannot be fetched or is not a basemap.
 */
export async function loadBasemap(name: BasemapName): Promise<BasemapLevel> {
  const answer = await fetch(URLS[name]);
  if (!answer.ok || answer.body === null) throw new Error(`Basemap ${name}: HTTP ${answer.status}`);
  const unpacked = answer.body.pipeThrough(new DecompressionStream('gzip'));
  return openBasemap(await new Response(unpacked).arrayBuffer());
}

/**
 * Fetches the names of countries and seas.
 * @throws Error when the file cannot be fetched.
 */
export async function loadLabels(): Promise<Labels> {
  const answer = await fetch(urlLabels);
  if (!answer.ok) throw new Error(`Names: HTTP ${answer.status}`);
  return (await answer.json()) as Labels;
}
