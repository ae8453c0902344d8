import { describe, expect, test } from 'vitest';
import { LEADERBOARD_COLUMNS, TRAFFIC_COLUMNS } from '../../../app/src/dashboard/protocol.ts';
import { createFleet } from '../../../web/test/fake/fleet.ts';
import { AIRCRAFT, isSkipped, openPages, PHONE } from './browser.ts';

describe.skipIf(isSkipped)('Traffic and Pipeline in a browser', () => {
  const open = openPages();

  test('Traffic follows a commit without losing place or choice', async () => {
    await using seen = await open.visit('/traffic', {
      scenario: 'simulated',
      size: { width: 1440, height: 600 },
    });
    const { page } = seen;
    await page.getByRole('button', { name: 'Germany' }).click();
    const foot = page.getByText(/gold\/traffic_by_country · version/).first();
    const version = await foot.innerText();
    await page.evaluate(`document.querySelector('main .page').scrollTop = 150`);
    open.server.commit();
    await expect.poll(() => foot.innerText()).not.toBe(version);
    expect(await page.evaluate(`document.querySelector('main .page').scrollTop`)).toBe(150);
    expect(await page.getByRole('button', { name: 'Germany' }).getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('heading', { name: 'Germany over time' }).waitFor();
    await page.getByText('SIMULATED').waitFor();
    expect(seen.errors).toEqual([]);
  });

  test('a batch makes each panel of Traffic ask once, however many tables it commits to', async () => {
    // Nothing flows: the server commits when the test says so.
    await using seen = await open.visit('/traffic', { scenario: 'stale' });
    const { page } = seen;
    await page.getByText(/gold\/metrics_by_category · version/).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    for (let batch = 0; batch < 3; batch++) {
      const answered = ['traffic', 'categories'].map((name) =>
        page.waitForResponse((response) => new URL(response.url()).pathname === `/api/${name}`),
      );
      open.server.commit();
      for (const response of await Promise.all(answered)) await response.finished();
    }
    expect(asked.toSorted()).toEqual([
      ...Array<string>(3).fill('/api/categories'),
      ...Array<string>(3).fill('/api/traffic'),
    ]);
  });

  test('the edge of each stage has the colour of its state on a phone too', async () => {
    await using seen = await open.visit('/pipeline', { scenario: 'failed', size: PHONE });
    await seen.page.locator('ol li.failed').first().waitFor();
    const edges = await seen.page
      .evaluate(`Object.fromEntries([...document.querySelectorAll('main ol > li')].map((li) => {
      const probe = document.createElement('i');
      probe.style.color = 'var(--' + li.classList[0] + ')';
      li.append(probe);
      const wanted = getComputedStyle(probe).color;
      return [li.classList[0], [getComputedStyle(li).borderInlineStartColor === wanted, getComputedStyle(li).borderInlineStartWidth]];
    }).filter(([state]) => ['ok', 'delayed', 'stale', 'failed'].includes(state)))`);
    expect(edges).toMatchObject({ failed: [true, '3px'] });
    expect(
      Object.values(edges as Record<string, unknown>).every(
        (edge) => Array.isArray(edge) && edge[0] === true,
      ),
    ).toBe(true);
  });

  test('shows the services of a cluster, links to their pages, and names the one that is away', async () => {
    await using seen = await open.visit('/pipeline', { scenario: 'cluster' });
    const { page } = seen;
    const services = page.getByRole('region', { name: 'Services' });
    await services.getByText('2 workers, 2 of 2 cores in use').waitFor();
    const link = services.getByRole('link', { name: '127.0.0.1:4040' });
    expect(await link.getAttribute('href')).toBe('http://127.0.0.1:4040');
    open.server.show('unhealthy');
    await services.getByText('The brokers at 127.0.0.1:9092 do not answer.').waitFor();
    await page.goto(open.server.url);
    await page.getByRole('link', { name: 'Pipeline in full' }).getByText('Failed').first().waitFor();
    expect(seen.errors).toEqual([]);
  });

  test('shows each source with its state, pace, next poll and credits, and what it says', async () => {
    await using seen = await open.visit('/pipeline', { scenario: 'several' });
    const sources = seen.page.getByRole('region', { name: 'Sources' });
    const row = (name: RegExp) => sources.getByRole('row', { name });
    await row(/OpenSky.*Rate limited.*every 86 s.*until/).waitFor();
    await row(/Receiver at pi\.local.*On time.*every 1 s/).waitFor();
    await row(/adsb\.lol near 47\.4, 8\.5/).waitFor();
    await sources.getByText('Half as many aircraft came as usually at this time.').waitFor();
    expect(seen.errors).toEqual([]);
  });

  test('says what the pipeline says: why it waits, and what to know though it goes on', async () => {
    await using seen = await open.visit('/', { scenario: 'paused' });
    const { page } = seen;
    await page.getByText(/No new positions since \d\d:\d\d:\d\d UTC/).waitFor();
    await page.getByText('will continue by itself: The disk has 0.4 GB left').waitFor();
    await using noticed = await open.visit('/', { scenario: 'noticed', size: PHONE });
    await noticed.page.getByText('The clock of this machine is 1,200 s behind the feed: set it.').waitFor();
    await noticed.page.getByRole('button', { name: '1 more' }).click();
    const said = noticed.page.getByRole('list', { name: 'Messages of the pipeline' });
    await said.getByText('Messages 4 to 9 of partition 0 were passed over.').waitFor();
    expect([...seen.errors, ...noticed.errors]).toEqual([]);
  });

  test('nothing that a feed sends breaks the layout, runs, or makes a number of 309 digits', async () => {
    const flight = createFleet(AIRCRAFT)[80];
    if (flight === undefined) throw new Error('no fleet');
    await using seen = await open.visit('/');
    const { page } = seen;
    const names = ['<img src=x onerror="globalThis.ran=1">', 'W'.repeat(64), '{{1+1}}\u202Eabc', '__proto__'];
    const huge = [1e308, -1e308, 1e21, 4e9];
    const now = Math.floor(Date.now() / 1000);
    const start = now - (now % 300);
    const gold = { table: 'gold/traffic_by_country', version: 1, as_of_ms: 1e300 };
    await page.route('**/api/traffic?*', (route) =>
      route.fulfill({
        json: {
          ...gold,
          columns: TRAFFIC_COLUMNS,
          rows: names.flatMap((name, i) => [
            [946_684_800, name, 1, 1, huge[i], huge[i]],
            [start, name, 5, 5, huge[i], huge[i]],
          ]),
          leaderboard: {
            columns: LEADERBOARD_COLUMNS,
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
    await page.goto(`${open.server.url}/?icao24=${flight.icao24}`);
    await page.getByRole('slider', { name: /Altitude and ground speed/ }).waitFor();
    await widest();
    expect(seen.errors).toEqual([]);
  });
});
