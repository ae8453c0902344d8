import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { worldPixels, worldX, worldY } from '../../../web/src/map/projection.ts';
import { aircraftAt, createFleet } from '../../../web/test/fake/fleet.ts';
import { proxyBelowAPath } from '../below-a-path.ts';
import { AIRCRAFT, DESKTOP, drawnPixels, isSkipped, openPages, until } from './browser.ts';

describe.skipIf(isSkipped)('the map in a browser', () => {
  const open = openPages();

  test('draws every aircraft, keeps up with the feed, and asks nobody else for anything', async () => {
    await using seen = await open.visit('/');
    const { page } = seen;
    await until(page, `__contrail.aircraft === ${AIRCRAFT} && __contrail.redraws > 0`);
    // Two by two pixels for each, less where they lie on each other.
    await expect.poll(() => drawnPixels(page)).toBeGreaterThan(AIRCRAFT);
    const before = await page.evaluate<number>('__contrail.tick');
    await until(page, `__contrail.tick >= ${before + 3}`);
    await page.getByText(`${(3000).toLocaleString('en-GB')} of 3,000 shown`).waitFor();
    expect(await page.title()).toBe('3,000 aircraft · Map · Contrail');
    expect(seen.errors).toEqual([]);
    expect(seen.foreign).toEqual([]);
    expect(open.server.unacknowledged).toBeLessThan(5);
  });

  test.each([
    { keepHost: false, path: '/contrail/traffic' },
    { keepHost: true, path: '/contrail?icao24=3c0000' },
  ])('shows planes below a path of a reverse proxy, at $path, Host kept: $keepHost', async (how) => {
    await using proxy = await proxyBelowAPath(open.server.url, how);
    await using seen = await open.visit(how.path, { from: proxy.url });
    const { page } = seen;
    // Live, not polled: the socket is open too.
    await until(page, `__contrail.aircraft === ${AIRCRAFT} && __contrail.state === "live"`);
    await page.getByRole('link', { name: 'Traffic' }).click();
    await page
      .getByText(/gold\/traffic_by_country · version/)
      .first()
      .waitFor();
    expect(new URL(page.url()).pathname).toBe('/contrail/traffic');
    await page.reload();
    await page.getByRole('link', { name: 'Map' }).click();
    await until(page, '__contrail.redraws > 0');
    await expect.poll(() => drawnPixels(page)).toBeGreaterThan(AIRCRAFT / 2);
    expect(new URL(page.url()).pathname).toBe('/contrail/');
    await page.goBack();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/contrail/traffic');
    expect([seen.errors, seen.foreign]).toEqual([[], []]);
  });

  test('rests while nothing visible moves, and draws where movement shows', async () => {
    const [flight] = createFleet(AIRCRAFT).filter((one) => one.speed > 230 && one.cruise_m > 9000);
    if (flight === undefined) throw new Error('the fleet has no fast aircraft');
    await using world = await open.visit('/');
    await until(world.page, '__contrail.redraws > 0');
    const { latitude, longitude } = aircraftAt(flight, Date.now() / 1000);
    await using near = await open.visit(`/?at=${latitude},${longitude},10`);
    const drawings = async (page: Page): Promise<number> => {
      const [redraws, tick] = await page.evaluate<[number, number]>('[__contrail.redraws, __contrail.tick]');
      await until(page, `__contrail.tick >= ${tick + 6}`);
      return (await page.evaluate<number>('__contrail.redraws')) - redraws;
    };
    // A busy machine may draw less often for a while.
    await expect.poll(() => drawings(near.page), { timeout: 20_000 }).toBeGreaterThan(8);
    // Six pictures come in 2.4 s; one is drawn in half a second.
    expect(await drawings(world.page)).toBeLessThan(7);
  });

  test('a click on an aircraft opens its card with values, track and profile; Escape closes it; Back brings it again', async () => {
    const flight = createFleet(AIRCRAFT).find((one, i) => one.callsign !== null && !one.silent && i > 60);
    if (flight === undefined) throw new Error('the fleet has no callsign');
    const now = aircraftAt(flight, Date.now() / 1000);
    await using seen = await open.visit(`/?at=${now.latitude},${now.longitude},11`);
    const { page } = seen;
    await until(page, '__contrail.aircraft > 0 && __contrail.redraws > 1');
    const box = await page.locator('[role=application]').boundingBox();
    if (box === null) throw new Error('no map');
    // It has flown on while the page was loading.
    const then = aircraftAt(flight, Date.now() / 1000);
    const dx = (worldX(then.longitude) - worldX(now.longitude)) * worldPixels(11);
    const dy = (worldY(then.latitude) - worldY(now.latitude)) * worldPixels(11);
    await page.mouse.click(box.x + box.width / 2 + dx, box.y + box.height / 2 + dy);
    const card = page.getByRole('complementary');
    await card.getByRole('heading', { name: flight.callsign ?? '' }).waitFor();
    await card.getByText(flight.icao24).waitFor();
    expect(await card.innerText()).not.toMatch(/NaN|undefined|null/);
    await card.getByRole('slider', { name: /Altitude and ground speed/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('icao24')).toBe(flight.icao24);
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    await page.goBack();
    await card.getByText(flight.icao24).waitFor();
    expect(seen.errors).toEqual([]);
  });

  test('B9: what an aircraft does not say is a dash in card and list, and NaN stands nowhere in the page', async () => {
    const silent = createFleet(AIRCRAFT).find((flight) => flight.silent && flight.callsign !== null);
    if (silent === undefined) throw new Error('the fleet has no silent aircraft');
    const path = `/?icao24=${silent.icao24}&list=all&only=${silent.icao24}`;
    await using seen = await open.visit(path);
    const { page } = seen;
    const card = page.getByRole('complementary');
    await card.getByRole('heading', { name: silent.callsign ?? '' }).waitFor();
    const values = (await card.locator('dl').innerText()).replaceAll(/\s+/g, ' ');
    expect(values).toMatch(/Altitude – .*Track – Squawk – /);
    const row = page.getByRole('row', { name: silent.callsign ?? '' });
    expect((await row.innerText()).replaceAll(/\s+/g, ' ')).toMatch(/ – \d+ km\/h /);
    const said = await page.evaluate<string>('document.body.outerHTML + document.title');
    expect(said.match(/NaN|undefined|Infinity|>null</g)).toBeNull();
    expect(seen.errors).toEqual([]);
  });

  test('a track with a jump that no aircraft can fly says so, and so does an address of two aircraft', async () => {
    // Not on the map: the positions of one that is go on the end of its track.
    const icao24 = 'abcdef';
    const context = await open.browser.newContext({ viewport: DESKTOP });
    const page = await context.newPage();
    const now = Math.floor(Date.now() / 1000);
    const columns = ['time_position', 'longitude', 'latitude', 'altitude_m', 'velocity_kmh', 'true_track'];
    const point = (s: number, longitude: number, latitude: number): number[] => [
      now - 300 + s,
      longitude,
      latitude,
      9000,
      828,
      90,
    ];
    const answer = async (rows: number[][]): Promise<string> => {
      const table = { table: 'silver/flights_ml', version: 1, as_of_ms: now * 1000 };
      await page.unroute('**/track');
      await page.route('**/track', (route) => route.fulfill({ json: { ...table, icao24, columns, rows } }));
      await page.goto(`${open.server.url}/?icao24=${icao24}`);
      await page.getByRole('slider', { name: /Altitude and ground speed/ }).waitFor();
      return (await page.getByRole('complementary').innerText()).replace(/\s+/g, ' ');
    };
    open.server.show('live');
    const steps = Array.from({ length: 20 }, (_, i) => point(i * 5, 8 + i * 0.016, 50));
    expect(await answer(steps)).not.toMatch(/no aircraft|no single aircraft/);
    expect(await answer(steps.with(9, point(45, 14.2, 56.1)))).toContain(
      'One position is too far off for an aircraft to have reached. The track leaves it out; a cross marks it on the map.',
    );
    const others = steps.map(([time = 0, longitude = 0]) => [time + 2, longitude, 52, 9000, 828, 90]);
    const both = [...steps, ...others].toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
    expect(await answer(both)).toContain('2 tracks at once, which no single aircraft can fly');
    await page.getByRole('slider', { name: /over the flight, 20 positions/ }).waitFor();
    await context.close();
  });

  test('finds an aircraft by keyboard alone', async () => {
    const flight = createFleet(AIRCRAFT)[100];
    await using seen = await open.visit('/traffic');
    const { page } = seen;
    await page.keyboard.press('/');
    await page.keyboard.type(flight?.icao24 ?? '');
    await page.getByRole('listbox').getByRole('option', { selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByRole('complementary')
      .getByText(flight?.icao24 ?? '')
      .waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  });

  test('a click on a class shows it alone, Shift and click adds one; it counts what it shows, stays on other pages, and one Back undoes it', async () => {
    await using seen = await open.visit('/');
    const { page } = seen;
    await page.getByText('3,000 of 3,000 shown').waitFor();
    const shown = async (): Promise<number> => {
      const words = (await page.locator('.count').innerText()).replace(/\s+/g, ' ');
      return Number(/^([\d,]+) of/.exec(words)?.[1]?.replaceAll(',', ''));
    };
    const count = (isCounted: (now: ReturnType<typeof aircraftAt>) => boolean): number =>
      createFleet(AIRCRAFT).filter((flight) => isCounted(aircraftAt(flight, Date.now() / 1000))).length;
    await page.getByRole('button', { name: /^Ground/ }).click();
    await page.getByRole('button', { name: 'Clear filter' }).waitFor();
    // Some take off and land between the two looks. One without an altitude is not on the ground for that.
    expect(Math.abs(count(({ on_ground }) => on_ground === true) - (await shown()))).toBeLessThan(25);
    await page.getByRole('button', { name: /^\?: Altitude unknown/ }).click({ modifiers: ['Shift'] });
    await expect.poll(() => new URL(page.url()).searchParams.get('altitude')).toBe('07');
    // The same by keyboard, there and back.
    for (const altitude of ['017', '07']) {
      await page.getByRole('button', { name: /^0: Below 1 km/ }).focus();
      await page.keyboard.press('Shift+Enter');
      await expect.poll(() => new URL(page.url()).searchParams.get('altitude')).toBe(altitude);
    }
    const both = count((now) => now.on_ground === true || now.altitude_m === null);
    expect(Math.abs(both - (await shown()))).toBeLessThan(25);
    await page.getByRole('link', { name: 'Traffic' }).click();
    await page.getByRole('link', { name: 'Map' }).click();
    expect(new URL(page.url()).searchParams.get('altitude')).toBe('07');
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await page.getByText('3,000 of 3,000 shown').waitFor();
    expect(new URL(page.url()).search).not.toContain('altitude');
  });
});
