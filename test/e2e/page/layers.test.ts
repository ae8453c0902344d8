import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { worldPixels, worldX } from '../../../web/src/map/projection.ts';
import { createFleet } from '../../../web/test/fake/fleet.ts';
import { AIRCRAFT, isSkipped, openPages, PHONE, until } from './browser.ts';

/** The files of the ground that a page has fetched, without their hashes. */
function watchFiles(page: Page): Set<string> {
  const files = new Set<string>();
  page.on('response', (answer) => {
    const [, name] = /\/assets\/([\w-]+)-[\w-]{8}\.bin$/.exec(answer.url()) ?? [];
    if (name !== undefined) files.add(name);
  });
  return files;
}

/** The colour in which callsigns are written on dark land (ramp.ts). */
const CALLSIGN = 0xdbe5ef;

/** Pixels of exactly this colour on the canvas of the aircraft. */
function pixelsOf(page: Page, colour: number): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelectorAll('.map-sheet canvas')[1];
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] === 255 && (data[i] << 16 | data[i + 1] << 8 | data[i + 2]) === ${colour}) found++;
    return found;
  })()`);
}

const zoomOf = (page: Page): number => Number(new URL(page.url()).searchParams.get('at')?.split(',')[2]);

describe.skipIf(isSkipped)('zooming into the map', () => {
  const open = openPages();

  test('fetches what a zoom reveals when it is first seen, from its own server', async () => {
    await using seen = await open.visit('/');
    const { page } = seen;
    const files = watchFiles(page);
    await page.reload();
    await until(page, `globalThis.__contrail?.aircraft === ${AIRCRAFT} && __contrail.redraws > 0`);
    await expect.poll(() => zoomOf(page)).toBeLessThan(3);
    expect([...files]).toEqual(['basemap-110m']);
    await page.goto(`${open.server.url}/?at=51.47,-0.45,10.5`);
    const near = [
      'airports',
      'basemap-10m',
      'cities-far',
      'cities-near',
      'runways',
      'states-10m',
      'water-10m',
    ];
    await expect.poll(() => [...files]).toEqual(expect.arrayContaining(near));
    expect([seen.errors, seen.foreign]).toEqual([[], []]);
  });

  test('a phone begins with a part of the world that has aircraft, not with a strip from pole to pole', async () => {
    await using seen = await open.visit('/', { size: PHONE });
    const { page } = seen;
    await until(page, `__contrail.aircraft === ${AIRCRAFT} && __contrail.redraws > 0`);
    // The whole world in the height of the map would be 1.4.
    await expect.poll(() => zoomOf(page)).toBeGreaterThan(2);
    const inView = Number((await page.getByText(/[\d,]+ in view/).innerText()).replace(/[^\d]/g, ''));
    expect(inView).toBeGreaterThan(AIRCRAFT / 4);
  });

  test('aircraft have no label over the world, one when it is chosen, and more of them near by', async () => {
    await using seen = await open.visit('/');
    const { page } = seen;
    await until(page, `__contrail.aircraft === ${AIRCRAFT} && __contrail.redraws > 1`);
    // The icon of no class has the colour of a callsign.
    expect(await pixelsOf(page, CALLSIGN)).toBe(0);
    const flight = createFleet(AIRCRAFT).find((one, i) => one.callsign !== null && !one.silent && i > 60);
    await page.goto(`${open.server.url}/?icao24=${flight?.icao24}&at=20,0,2.5`);
    await expect.poll(() => pixelsOf(page, CALLSIGN)).toBeGreaterThan(20);
    const one = await pixelsOf(page, CALLSIGN);
    await page.goto(`${open.server.url}/?at=50,8.5,8`);
    await expect.poll(() => pixelsOf(page, CALLSIGN)).toBeGreaterThan(4 * one);
  });

  test('the scale bar is as long as it says, in the chosen units', async () => {
    await using seen = await open.visit('/?at=0,0,8');
    const { page } = seen;
    const bar = page.getByText(/^\d+ km$/).first();
    await bar.waitFor();
    const km = Number.parseInt(await bar.innerText());
    const { width = 0 } = (await bar.boundingBox()) ?? {};
    const degrees = km / 111.32;
    expect(width).toBeCloseTo((worldX(degrees) - worldX(0)) * worldPixels(8), -1);
    await page.getByText('ft · kt').click();
    await page
      .getByText(/^\d+ NM$/)
      .first()
      .waitFor();
    expect(seen.errors).toEqual([]);
  });
});
