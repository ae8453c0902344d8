import { describe, expect, test } from 'vitest';
import { AIRCRAFT, drawnPixels, isSkipped, openPages, until } from './browser.ts';

describe.skipIf(isSkipped)('the states of the page', () => {
  const open = openPages();

  test('names the first silent stage of an empty lake, and fills in by itself', async () => {
    await using seen = await open.visit('/', { scenario: 'waiting' });
    const { page } = seen;
    await page.getByRole('heading', { name: 'Waiting for data' }).waitFor();
    await page.getByText('No message has arrived yet').waitFor();
    expect(await page.title()).toContain('Waiting for data');
    open.server.show('live');
    await until(page, `__contrail.state === "live" && __contrail.aircraft === ${AIRCRAFT}`);
    expect(await page.getByRole('heading', { name: 'Waiting for data' }).count()).toBe(0);
  });

  test('says since when nothing has come, by the clock of the server', async () => {
    await using seen = await open.visit('/', { scenario: 'stale' });
    const { page } = seen;
    await page.getByText(/No new positions since \d\d:\d\d:\d\d UTC/).waitFor();
    expect(await page.evaluate('__contrail.state')).toBe('stale');
    expect(await page.evaluate('__contrail.aircraft')).toBe(AIRCRAFT);
    open.server.show('live');
    await until(page, '__contrail.state === "live"');
  });

  test('a feed that polls every 86 s is live between two polls, and the chip says when the next comes', async () => {
    await using seen = await open.visit('/', { scenario: 'slow' });
    const { page } = seen;
    await until(page, '__contrail.state === "live"');
    await page.getByText(/^OpenSky, next in \d+ s, 62 credits left$/).waitFor();
    expect(await page.locator('.map').getAttribute('class')).not.toContain('stale');
    open.server.show('limited');
    await page.getByText(/^OpenSky, rate limited until (\d{4}-\d\d-\d\d )?\d\d:\d\d UTC$/).waitFor();
    expect(await page.evaluate('__contrail.state')).toBe('live');
    expect(seen.errors).toEqual([]);
  });

  test('a recording is marked with its day, is not called stale, and no window of it is provisional', async () => {
    await using seen = await open.visit('/', { scenario: 'recording' });
    const { page } = seen;
    await until(page, '__contrail.state === "recording" && __contrail.redraws > 0');
    await page
      .getByText(/^Recording of \d{4}-\d\d-\d\d$/)
      .first()
      .waitFor();
    expect(await page.getByText('No new positions').count()).toBe(0);
    expect(await page.title()).toContain('Recording');
    await expect.poll(() => drawnPixels(page)).toBeGreaterThan(AIRCRAFT);
    await page.getByRole('link', { name: 'Traffic' }).click();
    await page
      .getByText(/^\d{4}-\d\d-\d\d \d\d:\d\d to \d\d:\d\d UTC$/)
      .first()
      .waitFor();
    expect(await page.getByText(/still filling|provisional/).count()).toBe(0);
    expect(seen.errors).toEqual([]);
  });

  test('keeps the picture when the server goes away, says when it tries again, and comes back', async () => {
    await using seen = await open.visit('/');
    const { page } = seen;
    await until(page, '__contrail.redraws > 0');
    open.server.cutOff({ polling: true });
    try {
      await page.getByText(/Reconnecting \(\d+\), next try in \d+ s/).waitFor();
      await page.getByText(/The last picture is kept/).waitFor();
      expect(await page.evaluate('__contrail.aircraft')).toBe(AIRCRAFT);
      expect(await drawnPixels(page)).toBeGreaterThan(AIRCRAFT);
      // Long enough to press the button before the page tries by itself.
      await page.getByText(/Reconnecting \(\d+\), next try in (9|\d\d) s/).waitFor();
    } finally {
      open.server.reconnect();
    }
    await page.getByRole('button', { name: 'Try now' }).click();
    await until(page, '__contrail.state === "live"');
  });

  test('polls where sockets are blocked, and says so', async () => {
    open.server.cutOff({ polling: false });
    try {
      await using seen = await open.visit('/');
      await seen.page.getByText(/positions are polled every 5 s/).waitFor();
      expect(await seen.page.evaluate('__contrail.aircraft')).toBe(AIRCRAFT);
    } finally {
      open.server.reconnect();
    }
  });
});
