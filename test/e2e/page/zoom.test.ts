import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { isSkipped, openPages, until } from './browser.ts';

/** 1440 x 900 at 200 %. */
const ZOOMED = { width: 720, height: 450 };

/** What a person cannot reach: controls out of the window or under something else, and one scrollbar within another. */
const OUT_OF_REACH = `(() => {
  const { documentElement: root } = document;
  const scrolls = (one) => /auto|scroll/.test(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight + 1;
  const above = (one) => one === null ? [] : [one, ...above(one.parentElement)];
  const clips = (one) => above(one.parentElement).filter((up) => /auto|scroll/.test(getComputedStyle(up).overflow));
  const name = (one) => one.getAttribute('aria-label') ?? (one.textContent.trim() || one.tagName);
  const isIn = ({ left, right, top, bottom }, x, y) => x > left && x < right && y > top && y < bottom;
  const found = [];
  if (root.scrollWidth > root.clientWidth) found.push('the document scrolls sideways');
  if (root.scrollHeight > root.clientHeight) found.push('the document scrolls');
  for (const one of document.querySelectorAll('body *')) {
    if (scrolls(one) && above(one.parentElement).some(scrolls)) found.push('two scrollbars: ' + one.className);
  }
  for (const one of document.querySelectorAll('button, a[href], select, input')) {
    const box = one.getBoundingClientRect();
    if (!one.checkVisibility({ visibilityProperty: true }) || box.width < 2 || box.height < 2) continue;
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const clipping = clips(one);
    // What is scrolled away can be scrolled to.
    if (clipping.some((up) => !isIn(up.getBoundingClientRect(), x, y))) continue;
    if (!isIn({ left: 0, top: 0, right: innerWidth, bottom: innerHeight }, x, y)) found.push('cut off: ' + name(one));
    else {
      const top = document.elementFromPoint(x, y);
      if (!one.contains(top) && !top.contains(one)) found.push(name(one) + ' is under ' + (top.className || top.tagName));
    }
  }
  return found;
})()`;

/** Opens what is looked at; resolves when it is there. */
type Open = (page: Page) => Promise<void>;

const CARD: Open = async (page) => {
  await page.getByRole('application').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('slider', { name: /Altitude and ground speed/ }).waitFor();
};
const FILTER: Open = async (page) => {
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('heading', { name: 'Filter' }).waitFor();
};
const LIST: Open = (page) => page.getByRole('row').nth(2).waitFor();

describe.skipIf(isSkipped)('at 200 % zoom of a window of 1440 px', () => {
  const open = openPages();

  test.each<{ readonly what: string; readonly path: string; readonly show?: Open }>([
    { what: 'the map', path: '/' },
    { what: 'a card', path: '/', show: CARD },
    { what: 'the open filter', path: '/?callsign=DLH', show: FILTER },
    { what: 'the list', path: '/?list=all', show: LIST },
    { what: 'Traffic', path: '/traffic' },
    { what: 'Pipeline', path: '/pipeline' },
  ])('nothing of $what is cut off or covered, and no scrollbar is within another', async ({ path, show }) => {
    await using seen = await open.visit(path, { size: ZOOMED });
    const { page } = seen;
    await until(page, '__contrail.aircraft > 0');
    await show?.(page);
    await expect.poll(() => page.evaluate<readonly string[]>(OUT_OF_REACH)).toEqual([]);
    expect(seen.errors).toEqual([]);
  });
});
