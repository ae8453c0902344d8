import type { BasemapAnswer } from 'contrail/dashboard/protocol';
import type { RasterSource } from './raster.ts';

/** The map tiles that a person has given to the server; null: none. The reader of such files is loaded only then. */
export async function openRaster(): Promise<RasterSource | null> {
  const answer = await fetch('api/basemap');
  if (!answer.ok) throw new Error(`api/basemap: HTTP ${answer.status}`);
  const facts = (await answer.json()) as BasemapAnswer;
  if (facts === null) return null;
  const { PMTiles } = await import('pmtiles');
  const file = new PMTiles(new URL(`api/basemap.pmtiles?v=${facts.tag}`, document.baseURI).href);
  const metadata: unknown = await file.getMetadata();
  return {
    minZoom: facts.min_zoom,
    maxZoom: facts.max_zoom,
    attribution: attributionOf(metadata),
    tile: async (zoom, x, y) => {
      const tile = await file.getZxy(zoom, x, y);
      if (tile === undefined) return null;
      return createImageBitmap(new Blob([tile.data], { type: `image/${facts.tile_type}` }));
    },
  };
}

/** The text of an attribution, which may be HTML. */
export function attributionOf(metadata: unknown): string {
  if (typeof metadata !== 'object' || metadata === null || !('attribution' in metadata)) return '';
  const { attribution } = metadata;
  if (typeof attribution !== 'string') return '';
  const entities: Readonly<Record<string, string>> = { copy: '©', amp: '&', lt: '<', gt: '>', nbsp: ' ' };
  return attribution
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(\w+);/g, (entity, name: string) => entities[name] ?? entity)
    .trim()
    .slice(0, 200);
}
