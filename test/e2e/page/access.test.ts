import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DESKTOP, DIST, isSkipped, openPages, PHONE, violations } from './browser.ts';

const MAX_SCRIPT_BYTES = 120_000;

describe.skipIf(isSkipped)('the page for everybody', () => {
  const open = openPages();

  test('loads at most 120 KB of script at first', () => {
    // The rest comes with what somebody opens: the page itself names what it begins with.
    const html = readFileSync(`${DIST}index.html`, 'utf8');
    const scripts = [...html.matchAll(/assets\/[^"]+\.js/g)].map(([path]) => path);
    const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(DIST + path)).length, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
  });

  const looks = (['dark', 'light'] as const).flatMap((theme) =>
    ([DESKTOP, PHONE] as const).flatMap((size) =>
      (
        [
          ['/', 'live'],
          ['/?icao24=3c0000', 'live'],
          ['/?altitude=24&callsign=DLH,XY&country=Germany', 'live'],
          ['/traffic', 'simulated'],
          ['/pipeline', 'live'],
          ['/pipeline', 'failed'],
          ['/pipeline', 'several'],
          ['/?icao24=3c0000', 'slow'],
          ['/', 'recording'],
          ['/', 'waiting'],
          ['/traffic', 'waiting'],
          ['/', 'stale'],
        ] as const
      ).map(([path, scenario]) => ({ path, scenario, theme, size, width: size.width })),
    ),
  );
  test.each(looks)('has no accessibility violation: $path, $scenario, $theme, $width px', async (look) => {
    await using seen = await open.visit(look.path, look);
    const { page } = seen;
    await page.waitForLoadState('networkidle', { timeout: 10_000 });
    expect(await violations(page)).toEqual([]);
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate<number>(overflow)).toBe(0);
    expect(seen.errors).toEqual([]);
  });

  test.each([
    { path: '/' },
    { path: '/?icao24=3c0000' },
    { path: '/?list=all' },
    { path: '/traffic' },
    { path: '/pipeline' },
  ])('has targets of 44 px on a phone: $path', async ({ path }) => {
    await using seen = await open.visit(path, { size: PHONE });
    await seen.page.waitForLoadState('networkidle', { timeout: 10_000 });
    // Links within a sentence are as high as its words (WCAG 2.2, 2.5.8), and what is out of sight is no target.
    const small = await seen.page.evaluate<
      readonly string[]
    >(`[...document.querySelectorAll('button, a[href], select, [role=slider]')]
        .filter((one) => one.checkVisibility({ visibilityProperty: true }) && getComputedStyle(one).display !== 'inline')
        .map((one) => ({ one, box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 1 && box.height > 1 && (box.width < 43.5 || box.height < 43.5))
        .map(({ one, box }) => (one.getAttribute('aria-label') ?? one.textContent.trim()) + ' ' + Math.round(box.width) + ' x ' + Math.round(box.height))`);
    expect(small).toEqual([]);
  });
});
