import type { Page } from 'playwright-core';

/** One picture: an address, a size, a theme, and what is done before it is taken. */
export interface View {
  readonly name: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly theme: 'dark' | 'light';
  readonly prepare?: (page: Page) => Promise<void>;
  /** Zoom of the browser: the window has that much less room. */
  readonly zoom?: number;
  /** It is of a recording, not of simulated aircraft. */
  readonly isRecorded?: boolean;
}

const DESKTOP = { width: 1440, height: 900 };
const WIDE = { width: 2560, height: 1300 };
const PHONE = { width: 390, height: 844 };
/** Frankfurt: from there traffic goes everywhere. */
const EUROPE = '/?at=49.5,9,4.7';
const APPROACH = '/?at=50.02,8.62,11';

/** Chooses the aircraft nearest to the middle of the map, and waits for its flight. */
async function choose(page: Page): Promise<void> {
  await page.getByRole('application').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('slider', { name: /Altitude and ground speed/ }).waitFor();
}

/** The same where there may be one position alone, which is no flight. */
async function open(page: Page): Promise<void> {
  await page.getByRole('application').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('complementary').waitFor();
}

async function openFilter(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
}

/** All pictures; `ago` makes the address of a moment so many minutes before now. */
export function viewsAt(ago: (minutes: number) => string): View[] {
  return [
    { name: 'world', path: '/', ...DESKTOP, theme: 'dark' },
    { name: 'world', path: '/', ...DESKTOP, theme: 'light' },
    { name: 'world', path: '/', ...WIDE, theme: 'dark' },
    { name: 'europe', path: EUROPE, ...DESKTOP, theme: 'dark' },
    { name: 'europe', path: EUROPE, ...DESKTOP, theme: 'light' },
    { name: 'europe', path: EUROPE, ...WIDE, theme: 'light' },
    { name: 'approach', path: APPROACH, ...DESKTOP, theme: 'dark' },
    { name: 'approach', path: APPROACH, ...DESKTOP, theme: 'light' },
    { name: 'list', path: '/?at=50,9,6&list=view', ...DESKTOP, theme: 'light' },
    { name: 'list', path: '/?at=50,9,6&list=view', ...PHONE, theme: 'dark' },
    { name: 'card', path: '/?at=48.3,9.2,7', ...DESKTOP, theme: 'dark', prepare: choose },
    { name: 'card', path: '/?at=48.3,9.2,7', ...DESKTOP, theme: 'light', prepare: choose },
    { name: 'card', path: '/?at=48.3,9.2,7', ...PHONE, theme: 'light', prepare: choose },
    {
      name: 'filters',
      path: '/?at=50,9,5&altitude_m=..6000&vertical_rate=..-2&callsign=DLH*,EWG*,BAW*',
      ...DESKTOP,
      theme: 'dark',
      prepare: openFilter,
    },
    { name: 'rings', path: '/?at=50.04,8.56,8.4&rings=50.0365,8.5613', ...DESKTOP, theme: 'light' },
    { name: 'replay', path: `${EUROPE}&t=${ago(12)}`, ...DESKTOP, theme: 'dark' },
    { name: 'recording', path: '/', ...DESKTOP, theme: 'dark', isRecorded: true },
    { name: 'recording-card', path: '/', ...DESKTOP, theme: 'light', isRecorded: true, prepare: open },
    { name: 'zoomed-card', path: '/?at=48.3,9.2,6', ...DESKTOP, theme: 'light', zoom: 2, prepare: choose },
    { name: 'zoomed-filter', path: EUROPE, ...DESKTOP, theme: 'dark', zoom: 2, prepare: openFilter },
    { name: 'zoomed-list', path: `${EUROPE}&list=view`, ...DESKTOP, theme: 'light', zoom: 2 },
    { name: 'night', path: '/', ...PHONE, theme: 'dark' },
    { name: 'traffic', path: '/traffic', ...DESKTOP, theme: 'light' },
    { name: 'pipeline', path: '/pipeline', ...DESKTOP, theme: 'dark' },
  ];
}
