import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** What a page showed. */
export interface Seen {
  /** The newest position in the picture, epoch seconds, and when a frame first showed it, epoch ms. */
  readonly drawn: readonly { readonly event_s: number; readonly at_ms: number }[];
  /** Frames in each state of the page. */
  readonly frames: Readonly<Record<string, number>>;
}

/** A page that is watched. Disposing closes the browser. */
export interface WatchedPage extends AsyncDisposable {
  /** Forgets what was seen so far. */
  begin(): Promise<void>;
  seen(): Promise<Seen>;
}

/** Runs in the page: notes for each frame what it shows. A picture is shown once the map was drawn after it came. */
const WATCH = `
  globalThis.__seen = { drawn: [], frames: {} };
  let came = { event: NaN, redraws: 0, isDrawn: true };
  const look = () => {
    requestAnimationFrame(look);
    const page = globalThis.__contrail;
    if (page === undefined) return;
    __seen.frames[page.state] = (__seen.frames[page.state] ?? 0) + 1;
    if (!came.isDrawn && page.redraws > came.redraws) {
      came.isDrawn = true;
      __seen.drawn.push({ event_s: came.event, at_ms: Date.now() });
    }
    if (!Object.is(page.eventTime, came.event))
      came = { event: page.eventTime, redraws: page.redraws, isDrawn: false };
  };
  requestAnimationFrame(look);
`;

/** Opens a page in Chromium, 1440 x 900. */
export async function watchPage(url: string): Promise<WatchedPage> {
  const own = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
  const browser = await chromium.launch({
    ...(own === undefined ? {} : { executablePath: own }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(WATCH);
  await page.goto(url);
  return {
    begin: () => page.evaluate('void (__seen = { drawn: [], frames: {} })'),
    seen: () => page.evaluate('__seen'),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
