import { Hono } from 'hono';
import { rangeOf, type Basemap } from '../basemap.ts';
import type { BasemapAnswer, ErrorAnswer } from '../protocol.ts';

/** The map tiles that a person has given: what they are, and parts of their file. */
export function createBasemapRoutes(basemap: Basemap | null) {
  return new Hono()
    .get('/basemap', (c) =>
      c.json<BasemapAnswer>(basemap?.facts ?? null, 200, { 'Cache-Control': 'no-cache' }),
    )
    .get('/basemap.pmtiles', async (c) => {
      const refuse = (code: string, message: string): ErrorAnswer => ({ error: { code, message } });
      if (basemap === null) {
        return c.json<ErrorAnswer>(
          refuse('no-such-file', 'BASEMAP is not set: there are no map tiles.'),
          404,
        );
      }
      const { size, facts } = basemap;
      const range = rangeOf(c.req.header('range'), size);
      if (range === null) {
        // The whole file may have a hundred gigabytes.
        const message = 'Ask for a part of the map tiles by a Range header, at most 4 MB of it.';
        const headers = { 'Content-Range': `bytes */${size}` };
        return c.json<ErrorAnswer>(refuse('invalid-parameter', message), 416, headers);
      }
      return c.body(await basemap.read(range.start, range.end + 1), 206, {
        'Content-Type': 'application/octet-stream',
        'Content-Range': `bytes ${range.start}-${range.end}/${size}`,
        'Cache-Control': 'public, max-age=86400',
        ETag: `"${facts.tag}"`,
      });
    });
}
