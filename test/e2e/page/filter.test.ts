import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { createFleet } from '../../../web/test/fake/fleet.ts';
import { AIRCRAFT, DESKTOP, isSkipped, openPages, PHONE, until, violations } from './browser.ts';

/** The one of the fleet that sends 7700. */
const IN_DISTRESS = createFleet(AIRCRAFT).find(({ squawk }) => squawk === '7700');

/** A parameter of the address. */
function parameter(page: Page, name: string): string | null {
  return new URL(page.url()).searchParams.get(name);
}

/** What has the keyboard, by its name for screen readers. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? ''",
  );
}

describe.skipIf(isSkipped)('filters in a browser', () => {
  const open = openPages();

  test.each([
    { size: DESKTOP, theme: 'dark' as const },
    { size: PHONE, theme: 'light' as const },
  ])(
    'the form sets them by keyboard, chips take them away, and nothing breaks WCAG, $size.width px',
    async (look) => {
      await using seen = await open.visit('/', look);
      const { page } = seen;
      await until(page, '__contrail.redraws > 0');
      await page.getByRole('button', { name: 'Filter', exact: true }).focus();
      await page.keyboard.press('Enter');
      const form = page.locator('#filter-form');
      await form.getByRole('textbox', { name: 'Callsign' }).fill('dlh, *9?');
      await form.getByRole('combobox', { name: /^Country/ }).selectOption('Germany');
      await form.getByLabel('Altitude from').fill('3000');
      await form.getByLabel('Altitude from').blur();
      await form.getByRole('button', { name: 'Climbing' }).click();
      expect(await violations(page)).toEqual([]);
      expect(
        ['callsign', 'country', 'altitude_m', 'vertical_rate'].map((name) => parameter(page, name)),
      ).toEqual(['DLH,*9?', 'Germany', '3000..', '1..']);
      await page.keyboard.press('Escape');
      await form.waitFor({ state: 'hidden' });
      expect(await focused(page)).toBe('Filter');
      await page.getByRole('button', { name: 'Remove filter: Germany' }).click();
      expect([parameter(page, 'country'), parameter(page, 'callsign')]).toEqual([null, 'DLH,*9?']);
      // All of that is one step.
      await page.goBack();
      expect(await page.getByRole('button', { name: /^Remove filter/ }).count()).toBe(0);
      expect(seen.errors).toEqual([]);
    },
  );

  test('a filter that nothing passes says so, offers to clear it, and still shows the emergency', async () => {
    await using seen = await open.visit('/?callsign=NOBODY');
    const { page } = seen;
    await page.getByText('0 of 3,000 match, 1 emergency is shown').waitFor();
    await page.getByText('+ 1 emergency').waitFor();
    await page.getByText('1 in view').waitFor();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByText('3,000 of 3,000 shown').waitFor();
    expect(parameter(page, 'callsign')).toBeNull();
  });

  test('an emergency is counted on every page, listed with callsign and what its code means, and shown by a click', async () => {
    await using seen = await open.visit('/traffic?altitude=1');
    const { page } = seen;
    const name = IN_DISTRESS?.callsign ?? '';
    await page.getByText(`${name}, squawk 7700: emergency reported`).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: '1 emergency' }).click();
    const entry = page.getByRole('button', { name: `${name} 7700 emergency reported` });
    await entry.waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await entry.waitFor({ state: 'hidden' });
    expect(await focused(page)).toBe('1 emergency');
    await page.keyboard.press('Enter');
    await entry.waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByText('Squawk 7700: emergency reported').waitFor();
    expect([parameter(page, 'icao24'), parameter(page, 'altitude')]).toEqual([IN_DISTRESS?.icao24, '1']);
  });

  test('after a search the keyboard is in the card and the choice is announced; Escape gives it back to the map', async () => {
    const flight = createFleet(AIRCRAFT)[100];
    await using seen = await open.visit('/');
    const { page } = seen;
    await until(page, '__contrail.redraws > 0');
    await page.keyboard.press('/');
    await page.keyboard.type(flight?.icao24 ?? '');
    await page.getByRole('listbox').getByRole('option', { selected: true }).waitFor();
    await page.keyboard.press('Enter');
    const name = flight?.callsign ?? flight?.icao24 ?? '';
    await expect.poll(() => focused(page)).toBe(`Aircraft ${name}`);
    await page.getByText(new RegExp(`^${name} chosen, `)).waitFor({ state: 'attached' });
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Centre on the map');
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    expect(await focused(page)).toContain('Map of aircraft');
  });

  test('filter, time range and chosen aircraft stay when the page changes', async () => {
    await using seen = await open.visit('/traffic?windows=72&icao24=3c0000&altitude=12&country=Germany');
    const { page } = seen;
    await page.getByRole('link', { name: 'Pipeline' }).click();
    await page.getByRole('link', { name: 'Map' }).click();
    await page.getByRole('complementary').waitFor();
    await page.getByRole('button', { name: 'Remove filter: Germany' }).waitFor();
    await page.getByRole('link', { name: 'Traffic' }).click();
    await expect
      .poll(() => new URL(page.url()).search)
      .toBe('?altitude=12&country=Germany&windows=72&icao24=3c0000');
    await page.getByRole('button', { name: '6 h', pressed: true }).waitFor();
    // The country is that of the filter: what is chosen here can be seen on the map, and is given up by another click.
    await page.getByRole('link', { name: 'Show it on the map' }).click();
    await page.getByRole('button', { name: 'Remove filter: Germany' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Germany', exact: true }).click();
    await expect.poll(() => parameter(page, 'country')).toBeNull();
  });
});
