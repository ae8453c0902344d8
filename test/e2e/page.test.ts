import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFakeServer, type FakeServer } from '../../web/test/fake-server.ts';
import { worldPixels, worldX, worldY } from '../../web/src/map/projection.ts';
import { aircraftAt, createFleet } from '../../web/test/fake/fleet.ts';
import type { Scenario } from '../../web/test/fake/answers.ts';
import { proxyBelowAPath } from './below-a-path.ts';

const DIST = fileURLToPath(new URL('../../web/dist/', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const AIRCRAFT = 3000;
const MAX_SCRIPT_BYTES = 120_000;
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

const missing = [
  ...(CHROMIUM === undefined ? ['no Chromium is installed'] : []),
  ...(existsSync(`${DIST}index.html`) ? [] : ['web/dist is missing: npm run -w web build']),
];
if (missing.length > 0) process.stderr.write(`SKIPPED test/e2e/page.test.ts: ${missing.join('; ')}\n`);

/** A page, what it complained of, and what it asked of other hosts. */
interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly errors: string[];
  readonly foreign: string[];
}

describe.skipIf(missing.length > 0)(
  `the page in a browser${missing.map((reason) => ` (${reason})`).join('')}`,
  () => {
    let browser: Browser;
    let server: FakeServer;

    beforeAll(async () => {
      server = await startFakeServer({ aircraft: AIRCRAFT, clock: Date.now, tick_ms: 400 });
      browser = await chromium.launch({
        ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-3d-apis',
          '--disable-quic',
          '--no-first-run',
          '--disable-sync',
          '--disable-background-networking',
          '--disable-component-update',
          '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost',
        ],
      });
    });
    afterAll(async () => {
      await browser?.close();
      await server?.[Symbol.asyncDispose]();
    });

    async function visit(
      path: string,
      look: { scenario?: Scenario; theme?: 'dark' | 'light'; size?: typeof DESKTOP; from?: string } = {},
    ): Promise<Visit> {
      const { from = server.url } = look;
      server.show(look.scenario ?? 'live');
      const context = await browser.newContext({
        viewport: look.size ?? DESKTOP,
        colorScheme: look.theme ?? 'dark',
        hasTouch: look.size === PHONE,
      });
      const page = await context.newPage();
      const errors: string[] = [];
      const foreign: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith(from)) foreign.push(request.url());
      });
      await page.goto(from + path);
      await until(page, 'globalThis.__contrail !== undefined && __contrail.state !== "loading"');
      return { page, errors, foreign, [Symbol.asyncDispose]: () => context.close() };
    }

    /** Waits until an expression is true in the page. Asked from here: the page's own policy forbids evaluating text. */
    async function until(page: Page, expression: string): Promise<void> {
      await expect.poll(() => page.evaluate(expression), { timeout: 15_000, message: expression }).toBe(true);
    }

    /** Drawn pixels of the aircraft canvas. */
    async function drawnPixels(page: Page): Promise<number> {
      return page.evaluate<number>(`(() => {
      const canvas = document.querySelectorAll('.map-sheet canvas')[1];
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let drawn = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) drawn++;
      return drawn;
    })()`);
    }

    test('loads at most 120 KB of script', () => {
      const scripts = readdirSync(`${DIST}assets`).filter((name) => name.endsWith('.js'));
      const bytes = scripts.reduce(
        (sum, name) => sum + gzipSync(readFileSync(`${DIST}assets/${name}`)).length,
        0,
      );
      expect(bytes).toBeGreaterThan(10_000);
      expect(bytes).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
    });

    test('draws every aircraft, keeps up with the feed, and asks nobody else for anything', async () => {
      await using seen = await visit('/');
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
      expect(server.unacknowledged).toBeLessThan(5);
    });

    test.each([
      { keepHost: false, path: '/contrail/traffic' },
      { keepHost: true, path: '/contrail?icao24=3c0000' },
    ])('shows planes below a path of a reverse proxy, at $path, Host kept: $keepHost', async (how) => {
      await using proxy = await proxyBelowAPath(server.url, how);
      await using seen = await visit(how.path, { from: proxy.url });
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
      await using world = await visit('/');
      await until(world.page, '__contrail.redraws > 0');
      const { latitude, longitude } = aircraftAt(flight, Date.now() / 1000);
      await using near = await visit(`/?at=${latitude},${longitude},10`);
      const drawings = async (page: Page): Promise<number> => {
        const [redraws, tick] = await page.evaluate<[number, number]>(
          '[__contrail.redraws, __contrail.tick]',
        );
        await until(page, `__contrail.tick >= ${tick + 6}`);
        return (await page.evaluate<number>('__contrail.redraws')) - redraws;
      };
      // A busy machine may draw less often for a while.
      await expect.poll(() => drawings(near.page), { timeout: 20_000 }).toBeGreaterThan(8);
      expect(await drawings(world.page)).toBeLessThan(4);
    });

    test('a click on an aircraft opens its card with values, track and profile; Escape closes it; Back brings it again', async () => {
      const flight = createFleet(AIRCRAFT).find((one, i) => one.callsign !== null && !one.silent && i > 60);
      if (flight === undefined) throw new Error('the fleet has no callsign');
      const now = aircraftAt(flight, Date.now() / 1000);
      await using seen = await visit(`/?at=${now.latitude},${now.longitude},11`);
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
      await card.getByRole('img', { name: /Altitude and ground speed/ }).waitFor();
      expect(new URL(page.url()).searchParams.get('icao24')).toBe(flight.icao24);
      await page.keyboard.press('Escape');
      await card.waitFor({ state: 'detached' });
      await page.goBack();
      await card.getByText(flight.icao24).waitFor();
      expect(seen.errors).toEqual([]);
    });

    test('a track with a jump that no aircraft can fly says so, and so does an address of two aircraft', async () => {
      const flight = createFleet(AIRCRAFT)[80];
      if (flight === undefined) throw new Error('no fleet');
      const context = await browser.newContext({ viewport: DESKTOP });
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
        await page.route('**/track', (route) =>
          route.fulfill({ json: { ...table, icao24: flight.icao24, columns, rows } }),
        );
        await page.goto(`${server.url}/?icao24=${flight.icao24}`);
        await page.getByRole('img', { name: /Altitude and ground speed/ }).waitFor();
        return (await page.getByRole('complementary').innerText()).replace(/\s+/g, ' ');
      };
      server.show('live');
      const steps = Array.from({ length: 20 }, (_, i) => point(i * 5, 8 + i * 0.016, 50));
      expect(await answer(steps)).not.toMatch(/no aircraft|no single aircraft/);
      expect(await answer(steps.with(9, point(45, 14.2, 56.1)))).toContain(
        'One position lies where no aircraft can have flown to. The track leaves it out; a cross marks it on the map.',
      );
      const others = steps.map(([time = 0, longitude = 0]) => [time + 2, longitude, 52, 9000, 828, 90]);
      const both = [...steps, ...others].toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
      expect(await answer(both)).toContain('2 tracks at once, which no single aircraft can fly');
      await page.getByRole('img', { name: /over the last hour, 20 positions/ }).waitFor();
      await context.close();
    });

    test('finds an aircraft by keyboard alone', async () => {
      const flight = createFleet(AIRCRAFT)[100];
      await using seen = await visit('/traffic');
      const { page } = seen;
      await page.keyboard.press('/');
      await page.keyboard.type(flight?.icao24 ?? '');
      await page.getByRole('option', { selected: true }).waitFor();
      await page.keyboard.press('Enter');
      await page
        .getByRole('complementary')
        .getByText(flight?.icao24 ?? '')
        .waitFor();
      expect(new URL(page.url()).pathname).toBe('/');
    });

    test('the altitude filter shows what it counts, and Back undoes it', async () => {
      await using seen = await visit('/');
      const { page } = seen;
      await page.getByText('3,000 of 3,000 shown').waitFor();
      await page.getByRole('button', { name: /^Ground/ }).click();
      await page.getByRole('button', { name: 'Clear filter' }).waitFor();
      const words = (await page.locator('.count').innerText()).replace(/\s+/g, ' ');
      const shown = Number(/^([\d,]+) of/.exec(words)?.[1]?.replaceAll(',', ''));
      const grounded = createFleet(AIRCRAFT).filter((flight) => {
        const now = aircraftAt(flight, Date.now() / 1000);
        return now.on_ground === true || now.altitude_m === null;
      }).length;
      // Some take off and land between the two looks.
      expect(Math.abs(AIRCRAFT - grounded - shown)).toBeLessThan(25);
      await page.goBack();
      await page.getByText('3,000 of 3,000 shown').waitFor();
    });

    test('Traffic follows a commit without losing place or choice', async () => {
      await using seen = await visit('/traffic', {
        scenario: 'simulated',
        size: { width: 1440, height: 600 },
      });
      const { page } = seen;
      await page.getByRole('button', { name: 'Germany' }).click();
      const foot = page.getByText(/gold\/traffic_by_country · version/).first();
      const version = await foot.innerText();
      await page.evaluate(`document.querySelector('main .page').scrollTop = 150`);
      server.commit();
      await expect.poll(() => foot.innerText()).not.toBe(version);
      expect(await page.evaluate(`document.querySelector('main .page').scrollTop`)).toBe(150);
      expect(await page.getByRole('button', { name: 'Germany' }).getAttribute('aria-pressed')).toBe('true');
      await page.getByRole('heading', { name: 'Germany over time' }).waitFor();
      await page.getByText('SIMULATED').waitFor();
      expect(seen.errors).toEqual([]);
    });

    test('names the first silent stage of an empty lake, and fills in by itself', async () => {
      await using seen = await visit('/', { scenario: 'waiting' });
      const { page } = seen;
      await page.getByRole('heading', { name: 'Waiting for data' }).waitFor();
      await page.getByText('No message has arrived yet').waitFor();
      expect(await page.title()).toContain('Waiting for data');
      server.show('live');
      await until(page, `__contrail.state === "live" && __contrail.aircraft === ${AIRCRAFT}`);
      expect(await page.getByRole('heading', { name: 'Waiting for data' }).count()).toBe(0);
    });

    test('shows the services of a cluster, links to their pages, and names the one that is away', async () => {
      await using seen = await visit('/pipeline', { scenario: 'cluster' });
      const { page } = seen;
      const services = page.getByRole('region', { name: 'Services' });
      await services.getByText('2 workers, 2 of 2 cores in use').waitFor();
      const link = services.getByRole('link', { name: '127.0.0.1:4040' });
      expect(await link.getAttribute('href')).toBe('http://127.0.0.1:4040');
      server.show('unhealthy');
      await services.getByText('The brokers at 127.0.0.1:9092 do not answer.').waitFor();
      await page.goto(server.url);
      await page.getByRole('link', { name: 'Pipeline in full' }).getByText('Failed').first().waitFor();
      expect(seen.errors).toEqual([]);
    });

    test('says what the pipeline says: why it waits, and what to know though it goes on', async () => {
      await using seen = await visit('/', { scenario: 'paused' });
      const { page } = seen;
      await page.getByText(/No new positions since \d\d:\d\d:\d\d UTC/).waitFor();
      await page.getByText('goes on by itself: The disk has 0.4 GB left').waitFor();
      await using noticed = await visit('/', { scenario: 'noticed', size: PHONE });
      await noticed.page.getByText('The clock of this machine is 1,200 s behind the feed: set it.').waitFor();
      await noticed.page.getByRole('button', { name: '1 more' }).click();
      const said = noticed.page.getByRole('list', { name: 'What the pipeline says' });
      await said.getByText('Messages 4 to 9 of partition 0 were passed over.').waitFor();
      expect([...seen.errors, ...noticed.errors]).toEqual([]);
    });

    test('nothing that a feed sends breaks the layout, runs, or makes a number of 309 digits', async () => {
      const flight = createFleet(AIRCRAFT)[80];
      if (flight === undefined) throw new Error('no fleet');
      await using seen = await visit('/');
      const { page } = seen;
      const names = [
        '<img src=x onerror="globalThis.ran=1">',
        'W'.repeat(64),
        '{{1+1}}\u202Eabc',
        '__proto__',
      ];
      const huge = [1e308, -1e308, 1e21, 4e9];
      const now = Math.floor(Date.now() / 1000);
      const start = now - (now % 300);
      const gold = { table: 'gold/traffic_by_country', version: 1, as_of_ms: 1e300 };
      await page.route('**/api/traffic?*', (route) =>
        route.fulfill({
          json: {
            ...gold,
            columns: [
              'window_start',
              'origin_country',
              'flight_count',
              'record_count',
              'avg_velocity_kmh',
              'avg_altitude_m',
            ],
            rows: names.flatMap((name, i) => [
              [946_684_800, name, 1, 1, huge[i], huge[i]],
              [start, name, 5, 5, huge[i], huge[i]],
            ]),
            leaderboard: {
              columns: [
                'origin_country',
                'flight_count',
                'record_count',
                'avg_velocity_kmh',
                'avg_altitude_m',
                'flight_count_hour_ago',
              ],
              rows: names.map((name, i) => [name, 5, 5, huge[i], huge[i], 1]),
            },
            window_s: 300,
            newest_window_end: start + 300,
          },
        }),
      );
      await page.route('**/track', (route) =>
        route.fulfill({
          json: {
            ...gold,
            icao24: flight.icao24,
            columns: [
              'time_position',
              'longitude',
              'latitude',
              'altitude_m',
              'velocity_kmh',
              'flight_phase',
              'nearest_airport',
              'nearest_airport_km',
            ],
            rows: huge.map((value, i) => [
              now - 40 + 10 * i,
              8 + i / 100,
              50,
              value,
              value,
              names[0],
              names[1],
              value,
            ]),
          },
        }),
      );
      const widest = async (): Promise<void> => {
        expect(await page.evaluate('globalThis.ran')).toBeUndefined();
        expect(await page.locator('body').innerText()).not.toMatch(/\d{20}|NaN|undefined/);
        const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
        expect(await page.evaluate<number>(overflow)).toBe(0);
      };
      await page.getByRole('link', { name: 'Traffic' }).click();
      await page.getByRole('button', { name: '<img src=x' }).click();
      await page.getByRole('heading', { name: /<img src=x onerror=.* over time/ }).waitFor();
      await widest();
      await page.goto(`${server.url}/?icao24=${flight.icao24}`);
      await page.getByRole('img', { name: /Altitude and ground speed/ }).waitFor();
      await widest();
      expect(seen.errors).toEqual([]);
    });

    test('says since when nothing has come, by the clock of the server', async () => {
      await using seen = await visit('/', { scenario: 'stale' });
      const { page } = seen;
      await page.getByText(/No new positions since \d\d:\d\d:\d\d UTC/).waitFor();
      expect(await page.evaluate('__contrail.state')).toBe('stale');
      expect(await page.evaluate('__contrail.aircraft')).toBe(AIRCRAFT);
      server.show('live');
      await until(page, '__contrail.state === "live"');
    });

    test('keeps the picture when the server goes away, says when it tries again, and comes back', async () => {
      await using seen = await visit('/');
      const { page } = seen;
      await until(page, '__contrail.redraws > 0');
      server.cutOff({ polling: true });
      try {
        await page.getByText(/Reconnecting \(\d+\), next try in \d+ s/).waitFor();
        await page.getByText(/The last picture is kept/).waitFor();
        expect(await page.evaluate('__contrail.aircraft')).toBe(AIRCRAFT);
        expect(await drawnPixels(page)).toBeGreaterThan(AIRCRAFT);
        // Long enough to press the button before the page tries by itself.
        await page.getByText(/Reconnecting \(\d+\), next try in (9|\d\d) s/).waitFor();
      } finally {
        server.reconnect();
      }
      await page.getByRole('button', { name: 'Try now' }).click();
      await until(page, '__contrail.state === "live"');
    });

    test('polls where sockets are blocked, and says so', async () => {
      server.cutOff({ polling: false });
      try {
        await using seen = await visit('/');
        await seen.page.getByText(/positions are polled every 5 s/).waitFor();
        expect(await seen.page.evaluate('__contrail.aircraft')).toBe(AIRCRAFT);
      } finally {
        server.reconnect();
      }
    });

    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const looks = (['dark', 'light'] as const).flatMap((theme) =>
      ([DESKTOP, PHONE] as const).flatMap((size) =>
        (
          [
            ['/', 'live'],
            ['/?icao24=3c0000', 'live'],
            ['/traffic', 'simulated'],
            ['/pipeline', 'live'],
            ['/pipeline', 'failed'],
            ['/', 'waiting'],
            ['/traffic', 'waiting'],
            ['/', 'stale'],
          ] as const
        ).map(([path, scenario]) => ({ path, scenario, theme, size, width: size.width })),
      ),
    );
    test.each(looks)('has no accessibility violation: $path, $scenario, $theme, $width px', async (look) => {
      await using seen = await visit(look.path, look);
      const { page } = seen;
      await page.waitForLoadState('networkidle', { timeout: 10_000 });
      await page.evaluate(axe);
      const violations = await page.evaluate<string[]>(`axe
      .run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
      .then(({ violations }) => violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.target + ' ' + node.failureSummary).join(' | ')))`);
      expect(violations).toEqual([]);
      const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await page.evaluate<number>(overflow)).toBe(0);
      expect(seen.errors).toEqual([]);
    });
  },
);
