import { statSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { createFleet } from '../../../web/test/fake/fleet.ts';
import { AIRCRAFT, DESKTOP, isSkipped, openPages, PHONE, until, violations } from './browser.ts';

/** A parameter of the address. */
function parameter(page: Page, name: string): string | null {
  return new URL(page.url()).searchParams.get(name);
}

/** What a screen reader says of the row that has the keyboard. */
function activeRow(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const grid = document.activeElement;
    const row = document.getElementById(grid.getAttribute('aria-activedescendant') ?? '');
    return grid.getAttribute('role') + ' ' + (row?.getAttribute('aria-rowindex') ?? '') + ' ' + (row?.innerText.split('\\n')[0] ?? '');
  })()`);
}

describe.skipIf(isSkipped)('the list in a browser', () => {
  const open = openPages();

  test.each([
    { size: DESKTOP, theme: 'dark' as const },
    { size: PHONE, theme: 'light' as const },
  ])('has no accessibility violation, with columns and comparison open, $size.width px', async (look) => {
    const [a, b] = createFleet(AIRCRAFT);
    await using seen = await open.visit(`/?list=all&compare=${a?.icao24},${b?.icao24}`, look);
    const { page } = seen;
    await page.getByRole('row').nth(3).waitFor();
    await page.getByRole('region', { name: 'Comparison' }).waitFor();
    await page.getByRole('button', { name: 'Choose columns' }).click();
    await page.getByRole('checkbox', { name: 'Operator' }).check();
    expect(await violations(page)).toEqual([]);
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate<number>(overflow)).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByRole('grid').getByRole('columnheader', { name: 'Operator' }).waitFor();
    expect(seen.errors).toEqual([]);
  });

  test('has every aircraft of the map as a row with a name, while the document holds a screenful', async () => {
    await using seen = await open.visit('/?list=all');
    const { page } = seen;
    const grid = page.getByRole('grid', { name: 'Aircraft' });
    await grid.waitFor();
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(AIRCRAFT + 1));
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await page.keyboard.press('l');
    await page.keyboard.press('End');
    await expect.poll(() => activeRow(page)).toMatch(new RegExp(`^grid ${AIRCRAFT + 1} \\S`));
    const names = new Set(createFleet(AIRCRAFT).map(({ callsign, icao24 }) => callsign ?? icao24));
    expect(names.size).toBeGreaterThan(AIRCRAFT / 2);
    await page.keyboard.press('Home');
    await expect.poll(() => activeRow(page)).toMatch(/^grid 2 /);
    expect(seen.errors).toEqual([]);
  });

  test('is gone through, chosen from, compared, isolated and left by keyboard alone', async () => {
    await using seen = await open.visit('/?list=all');
    const { page } = seen;
    await until(page, '__contrail.redraws > 0');
    await page.getByRole('row').nth(5).waitFor();
    await page.keyboard.press('l');
    await expect.poll(() => activeRow(page)).toMatch(/^grid 2 /);
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('complementary').waitFor();
    const chosen = parameter(page, 'icao24');
    await page.getByText(/ chosen, /).waitFor({ state: 'attached' });
    await page.getByRole('row', { selected: true }).waitFor();
    // The keyboard is still in the list.
    expect(await activeRow(page)).toMatch(/^grid 4 /);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.getByText(/ compared, 2 aircraft in the table$/).waitFor({ state: 'attached' });
    expect(parameter(page, 'compare')?.split(',')[0]).toBe(chosen);
    await page.getByRole('button', { name: 'Show only these' }).press('Enter');
    await page.getByRole('button', { name: 'Remove filter: Only 2 aircraft' }).waitFor();
    await page.getByText('2 of 3,000 shown').waitFor();
    await page.keyboard.press(']');
    await expect.poll(() => parameter(page, 'icao24')).not.toBe(chosen);
    await page.keyboard.press('l');
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await page.keyboard.press('l');
    await page.getByRole('grid').waitFor({ state: 'detached' });
    await page.keyboard.press('l');
    await expect.poll(() => activeRow(page)).toMatch(/^grid 2 /);
    await page.keyboard.press('Escape');
    expect(await page.evaluate<string>('document.activeElement.getAttribute("role")')).toBe('application');
    expect(seen.errors).toEqual([]);
  });

  test('sorts by the head of a column, says so, and holds its order while the pointer is in it', async () => {
    await using seen = await open.visit('/?list=all&sort=age');
    const { page } = seen;
    await page.getByRole('row').nth(3).waitFor();
    await page.getByRole('columnheader', { name: 'Altitude' }).getByRole('button').click();
    await page.getByRole('columnheader', { name: 'Altitude', exact: true }).waitFor();
    expect([
      await page.getByRole('columnheader', { name: 'Altitude' }).getAttribute('aria-sort'),
      parameter(page, 'sort'),
    ]).toEqual(['ascending', 'altitude,age']);
    const names = (): Promise<string[]> =>
      page.evaluate<string[]>(
        "[...document.querySelectorAll('.row')].sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).slice(0, 15).map((row) => row.id)",
      );
    await page.getByText('Order held while you are in the list').waitFor();
    const before = await names();
    const tick = await page.evaluate<number>('__contrail.tick');
    await until(page, `__contrail.tick >= ${tick + 4}`);
    expect(await names()).toEqual(before);
    // Keys go on from the row that was clicked.
    await page.locator('[aria-rowindex="4"]').click();
    await page.keyboard.press('ArrowDown');
    expect(await activeRow(page)).toMatch(/^grid 5 /);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.mouse.move(300, 300);
    await page.locator('#list-state', { hasText: 'Sorted by altitude, smallest first' }).waitFor();
    expect(seen.errors).toEqual([]);
  });

  test('saves its rows as CSV, all of them, and the map as a picture', async () => {
    await using seen = await open.visit('/?list=all');
    const { page } = seen;
    await page.getByRole('row').nth(3).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the rows as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^contrail-aircraft-\d{4}-\d\d-\d\dT\d{6}Z\.csv$/);
    const lines: string[] = [];
    for await (const chunk of await download.createReadStream()) lines.push(String(chunk));
    const rows = lines.join('').trimEnd().split('\r\n');
    expect(rows.length).toBe(AIRCRAFT + 1);
    const [picture] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the map as a picture' }).click(),
    ]);
    expect(picture.suggestedFilename()).toMatch(/^contrail-map-.*\.png$/);
    expect(statSync(await picture.path()).size).toBeGreaterThan(20_000);
    expect(seen.errors).toEqual([]);
    expect(rows[0]).toMatch(/^Callsign,ICAO24,.*Altitude \(m\),Speed \(km\/h\)/);
  });
});
