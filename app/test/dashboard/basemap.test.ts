import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_PART, openBasemap, rangeOf } from '../../src/dashboard/basemap.ts';
import { createBasemapRoutes } from '../../src/dashboard/routes/basemap.ts';
import { writePmtiles } from './pmtiles-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'contrail-basemap-'));
});
afterAll(async () => rm(folder, { recursive: true }));

describe('map tiles of a person', () => {
  test('are a PMTiles file of pictures, of which parts are read', async () => {
    const path = join(folder, 'map.pmtiles');
    await writePmtiles(path);
    const basemap = await openBasemap(path);
    expect(basemap.facts).toMatchObject({ tile_type: 'png', min_zoom: 0, max_zoom: 0 });
    expect(new TextDecoder().decode(await basemap.read(0, 7))).toBe('PMTiles');
    expect((await basemap.read(basemap.size - 4, basemap.size)).length).toBe(4);
  });

  test.each([
    ['vector tiles', async (path: string) => writePmtiles(path, 1), 'vector tiles'],
    ['another file', async (path: string) => writeFile(path, 'x'.repeat(500)), 'no PMTiles file'],
    ['an empty file', async (path: string) => writeFile(path, ''), '0 bytes'],
    ['no file', async () => {}, 'ENOENT'],
  ])('that are %s are refused with what to do', async (_what, write, found) => {
    const path = join(folder, `${found.replace(/\W/g, '')}.pmtiles`);
    await write(path);
    const opened = openBasemap(path);
    await expect(opened).rejects.toMatchObject({ code: 'basemap-unreadable', kind: 'invalid' });
    await expect(opened).rejects.toThrow(found);
    await expect(opened).rejects.toThrow('leave BASEMAP out');
  });
});

test('the page learns what tiles there are, and gets parts of their file, never the whole', async () => {
  const path = join(folder, 'served.pmtiles');
  await writePmtiles(path);
  const basemap = await openBasemap(path);
  const routes = createBasemapRoutes(basemap);
  expect(await (await routes.request('/basemap')).json()).toEqual(basemap.facts);
  const part = await routes.request('/basemap.pmtiles', { headers: { Range: 'bytes=0-6' } });
  expect(await part.text()).toBe('PMTiles');
  expect([part.status, part.headers.get('content-range'), part.headers.get('etag')]).toEqual([
    206,
    `bytes 0-6/${basemap.size}`,
    `"${basemap.facts.tag}"`,
  ]);
  const whole = await routes.request('/basemap.pmtiles');
  expect([whole.status, whole.headers.get('content-range')]).toEqual([416, `bytes */${basemap.size}`]);
});

test('where no tiles were given, the page hears so and their file is not there', async () => {
  const routes = createBasemapRoutes(null);
  expect(await (await routes.request('/basemap')).json()).toBeNull();
  expect((await routes.request('/basemap.pmtiles', { headers: { Range: 'bytes=0-6' } })).status).toBe(404);
});

test('a part is one range with a beginning, within the file, and not too large', () => {
  expect(rangeOf('bytes=0-126', 1000)).toEqual({ start: 0, end: 126 });
  expect(rangeOf('bytes=900-5000', 1000)).toEqual({ start: 900, end: 999 });
  expect(rangeOf('bytes=990-', 1000)).toEqual({ start: 990, end: 999 });
  for (const header of [
    undefined,
    '',
    'bytes=-5',
    'bytes=5-1',
    'bytes=1000-1001',
    'bytes=0-1,5-6',
    'rows=0-1',
  ])
    expect(rangeOf(header, 1000), header).toBeNull();
  expect(rangeOf(`bytes=0-${MAX_PART}`, 1e9)).toBeNull();
});
