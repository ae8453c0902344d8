import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Scenario } from '../../../web/test/fake/answers.ts';
import { startFakeServer, type FakeServer } from '../../../web/test/fake-server.ts';

/** The page as it was built. */
export const DIST: string = fileURLToPath(new URL('../../../web/dist/', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
export const AIRCRAFT = 3000;
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

const missing = [
  ...(CHROMIUM === undefined ? ['no Chromium is installed'] : []),
  ...(existsSync(`${DIST}index.html`) ? [] : ['web/dist is missing: npm run -w web build']),
];
/** Without a browser or a built page these tests are skipped, and say so. */
export const isSkipped: boolean = missing.length > 0;
if (isSkipped) process.stderr.write(`SKIPPED test/e2e/page: ${missing.join('; ')}\n`);

/** A page, what it complained of, and what it asked of other hosts. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly errors: string[];
  readonly foreign: string[];
}

/** How a page is looked at; by default on a dark desktop, live. */
export interface Look {
  readonly scenario?: Scenario;
  readonly theme?: 'dark' | 'light';
  readonly size?: typeof DESKTOP;
  /** Another address than that of the fake server. */
  readonly from?: string;
}

/** A browser and a fake server, and pages in it. */
export interface Pages {
  readonly browser: Browser;
  readonly server: FakeServer;
  visit(path: string, look?: Look): Promise<Visit>;
}

/** Starts both before the tests of the suite that calls this, and ends them after. */
export function openPages(): Pages {
  let browser: Browser | undefined;
  let server: FakeServer | undefined;
  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the browser or the fake server was not started');
    return value;
  };

  beforeAll(async () => {
    server = await startFakeServer({ aircraft: AIRCRAFT, clock: Date.now, tick_ms: 400 });
    browser = await chromium.launch({
      ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-3d-apis',
        '--disable-quic',
        '--no-first-run',
        '--disable-sync',
        '--disable-background-networking',
        '--disable-component-update',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost',
      ],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  return {
    get browser() {
      return started(browser);
    },
    get server() {
      return started(server);
    },
    async visit(path, look = {}) {
      const { from = started(server).url } = look;
      started(server).show(look.scenario ?? 'live');
      const context = await started(browser).newContext({
        viewport: look.size ?? DESKTOP,
        colorScheme: look.theme ?? 'dark',
        hasTouch: look.size === PHONE,
      });
      const page = await context.newPage();
      const errors: string[] = [];
      const foreign: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith(from)) foreign.push(request.url());
      });
      await page.goto(from + path);
      await until(page, 'globalThis.__contrail !== undefined && __contrail.state !== "loading"');
      return { page, errors, foreign, [Symbol.asyncDispose]: () => context.close() };
    },
  };
}

/** Waits until an expression is true in the page. Asked from here: the page's own policy forbids evaluating text. */
export async function until(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(expression), { timeout: 15_000, message: expression }).toBe(true);
}

/** Drawn pixels of the aircraft canvas. */
export async function drawnPixels(page: Page): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelectorAll('.map-sheet canvas')[1];
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let drawn = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) drawn++;
    return drawn;
  })()`);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What of a page breaks WCAG 2.2 AA, as axe-core finds it: one line each. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(`axe
    .run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    .then(({ violations }) => violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.target + ' ' + node.failureSummary).join(' | ')))`);
}
