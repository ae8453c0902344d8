import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DESKTOP, DIST, isSkipped, openPages, PHONE } from './browser.ts';

const MAX_SCRIPT_BYTES = 120_000;

describe.skipIf(isSkipped)('the page for everybody', () => {
  const open = openPages();

  test('loads at most 120 KB of script', () => {
    const scripts = readdirSync(`${DIST}assets`).filter((name) => name.endsWith('.js'));
    const bytes = scripts.reduce(
      (sum, name) => sum + gzipSync(readFileSync(`${DIST}assets/${name}`)).length,
      0,
    );
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
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
    await page.evaluate(axe);
    const violations = await page.evaluate<string[]>(`axe
    .run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    .then(({ violations }) => violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.target + ' ' + node.failureSummary).join(' | ')))`);
    expect(violations).toEqual([]);
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate<number>(overflow)).toBe(0);
    expect(seen.errors).toEqual([]);
  });
});
