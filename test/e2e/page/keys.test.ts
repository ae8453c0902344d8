import { describe, expect, test } from 'vitest';
import { DESKTOP, isSkipped, openPages, PHONE, until, violations } from './browser.ts';

describe.skipIf(isSkipped)('keys in a browser', () => {
  const open = openPages();

  test.each([
    { size: DESKTOP, theme: 'dark' as const },
    { size: PHONE, theme: 'light' as const },
  ])('a dialog lists them, and Escape closes it alone, $size.width px', async (look) => {
    await using seen = await open.visit('/?icao24=3c0000', look);
    const { page } = seen;
    await page.getByRole('complementary').waitFor();
    await page.getByRole('button', { name: 'Settings and keys' }).focus();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Settings and keys' });
    await dialog.getByText('Go to Traffic').waitFor();
    expect(await violations(page)).toEqual([]);
    // Below the dialog nothing hears a key.
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(
      'Settings and keys',
    );
    expect([await page.getByRole('complementary').count(), new URL(page.url()).pathname]).toEqual([1, '/']);
    expect(seen.errors).toEqual([]);
  });

  test('single keys do nothing once they are switched off, also after a reload', async () => {
    await using seen = await open.visit('/traffic');
    const { page } = seen;
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.getByRole('heading', { name: 'Pipeline', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Settings and keys' }).click();
    await page.getByRole('checkbox', { name: /^Single-key shortcuts/ }).uncheck();
    await page.getByRole('button', { name: 'UTC and local' }).click();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('time.clock b').waitFor();
    await page.reload();
    await until(page, 'globalThis.__contrail !== undefined');
    await page.locator('time.clock b').waitFor();
    for (const key of ['g', 't', '/', '?']) await page.keyboard.press(key);
    expect([
      new URL(page.url()).pathname,
      await page.getByRole('dialog').count(),
      await page.evaluate('document.activeElement.tagName'),
    ]).toEqual(['/pipeline', 0, 'BODY']);
  });
});
