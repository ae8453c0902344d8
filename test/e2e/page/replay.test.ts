import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { aircraftAt, createFleet } from '../../../web/test/fake/fleet.ts';
import { AIRCRAFT, drawnPixels, isSkipped, openPages, PHONE, until, violations } from './browser.ts';

/** Twenty minutes ago, as an address has it. */
const past = (): string => new Date(Date.now() - 1_200_000).toISOString().replace(/\.\d+/, '');
const instant = (page: Page): Promise<number> => page.evaluate<number>('__contrail.at');
const picture = async (page: Page): Promise<readonly string[]> =>
  (await page.evaluate<string[]>('__contrail.picture')).toSorted();
/** What a screen reader has been told last. */
const spoken = (page: Page): Promise<readonly string[]> =>
  page.locator('p.seen-by-readers-only[aria-live]').allInnerTexts();

describe.skipIf(isSkipped)('time travel in a browser', () => {
  const open = openPages();

  test('E1: at 60 times the speed the clock moves 60 s a second; a paused moment equals a fresh load of its address', async () => {
    await using seen = await open.visit(`/?t=${past()}&speed=60`);
    const { page } = seen;
    await until(page, `__contrail.aircraft === ${AIRCRAFT} && __contrail.state === "replay"`);
    await page.getByText(/^REPLAY$/).waitFor();
    const begun = await instant(page);
    await page.keyboard.press('Space');
    // The clock of the page itself, so that a busy machine does not count.
    const speed = (): Promise<number> =>
      page.evaluate<number>(`(async () => {
        const [at, since] = [__contrail.at, performance.now()];
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return ((__contrail.at - at) / (performance.now() - since)) * 1000;
      })()`);
    await expect.poll(async () => Math.abs((await speed()) - 60), { timeout: 30_000 }).toBeLessThan(1.2);
    await page.keyboard.press('Space');
    const at = await instant(page);
    expect(at).toBeGreaterThan(begun + 80);
    expect(at).toBe(Math.floor(at));
    await until(page, `__contrail.aircraft === ${AIRCRAFT}`);
    const paused = await picture(page);
    const address = new URL(page.url());
    expect(address.searchParams.get('t')).toBe(new Date(at * 1000).toISOString().replace('.000', ''));

    await using fresh = await open.visit(address.pathname + address.search);
    await until(fresh.page, `__contrail.aircraft === ${AIRCRAFT} && __contrail.at === ${at}`);
    expect(await picture(fresh.page)).toEqual(paused);

    // tar1090 #416: what is paused loses aircraft when the view becomes larger.
    const map = page.getByRole('application');
    await map.focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('-');
    await page.getByText('3,000 of 3,000 shown').waitFor();
    await expect.poll(() => drawnPixels(page)).toBeGreaterThan(AIRCRAFT);
    expect(await picture(page)).toEqual(paused);
    expect([...seen.errors, ...seen.foreign, ...fresh.errors]).toEqual([]);
  });

  test('F2: find a flight, read its altitude, replay it, return to live: by keyboard alone, and said aloud', async () => {
    const flight = createFleet(AIRCRAFT).find(
      (one, i) =>
        one.callsign !== null &&
        !one.silent &&
        i > 60 &&
        (aircraftAt(one, Date.now() / 1000).altitude_m ?? 0) > 5000,
    );
    const callsign = flight?.callsign ?? '';
    await using seen = await open.visit('/');
    const { page } = seen;
    await until(page, '__contrail.aircraft > 0');
    const keys = page.keyboard;
    const hasFocus = (): Promise<string> =>
      page.evaluate<string>(
        'document.activeElement.getAttribute("aria-label") ?? document.activeElement.tagName',
      );

    await keys.press('/');
    await keys.type(callsign);
    await page.getByRole('option', { name: callsign }).first().waitFor();
    await keys.press('Enter');
    await expect.poll(hasFocus).toBe(`Aircraft ${callsign}`);
    expect((await spoken(page)).join(' ')).toMatch(new RegExp(`${callsign} chosen, [\\d,]+ m, [\\d,]+ km/h`));
    await page
      .getByRole('complementary')
      .getByText(/^[\d,]+ m$/)
      .first()
      .waitFor();

    await keys.press('Space');
    await until(page, `__contrail.state === "replay" && __contrail.aircraft === ${AIRCRAFT}`);
    const stands = /^Replay stands at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, 3,000 aircraft$/;
    await expect.poll(async () => (await spoken(page))[0]).toMatch(stands);
    const at = await instant(page);
    await keys.press(',');
    await until(page, `__contrail.at === ${at - 60}`);
    await keys.press('Space');
    await expect
      .poll(async () => (await spoken(page))[0])
      .toMatch(/^Replay of \d{4}-\d\d-\d\d runs at 60 times the speed$/);
    await keys.press('Space');
    expect(await hasFocus()).toBe(`Aircraft ${callsign}`);
    await page.getByRole('complementary').getByRole('heading', { name: callsign }).waitFor();

    await keys.press('Escape');
    await expect.poll(hasFocus).toContain('Map of aircraft');
    expect(await page.evaluate('__contrail.state')).toBe('replay');
    await keys.press('Escape');
    await until(page, '__contrail.state === "live" && __contrail.at === null');
    expect((await spoken(page))[0]).toBe('Live positions');
    expect(new URL(page.url()).searchParams.get('t')).toBeNull();
    expect(seen.errors).toEqual([]);
  });

  test('the bar is a slider with words, on a phone too, and nothing of it breaks WCAG', async () => {
    await using seen = await open.visit(`/?t=${past()}`, { size: PHONE, theme: 'light' });
    const { page } = seen;
    await until(page, `__contrail.aircraft === ${AIRCRAFT}`);
    const slider = page.getByRole('slider', { name: 'Moment that the map shows' });
    const at = await instant(page);
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await until(page, `__contrail.at === ${at - 60}`);
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    for (const control of await page
      .getByRole('region', { name: 'Time travel' })
      .locator('button, select')
      .all()) {
      const box = await control.boundingBox();
      expect([await control.innerText(), Math.min(box?.height ?? 0, box?.width ?? 0) >= 43.5]).toEqual([
        expect.any(String),
        true,
      ]);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'Day' }).selectOption({ index: 2 });
    await until(page, `__contrail.at < ${at - 20_000}`);
    // Other pages show what is newest, and say that the map does not.
    await page.getByRole('link', { name: 'Traffic' }).click();
    await page
      .getByText(/^The map replays \d{4}-\d\d-\d\d .* UTC\. This page shows the newest tables\.$/)
      .waitFor();
    await page.getByRole('button', { name: 'Return to live' }).click();
    await until(page, '__contrail.state === "live"');
    expect(seen.errors).toEqual([]);
  });
});
