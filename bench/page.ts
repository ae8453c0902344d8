import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Page } from 'playwright-core';
import { machine } from './child.ts';

type Line = Readonly<Record<string, unknown>>;

/** What is looked at: an address of the page, and what a person does there for ten seconds. */
interface Look {
  readonly name: string;
  readonly path: string;
  readonly act?: (page: Page) => Promise<void>;
}

const SECONDS = 10;
const SIZE = { width: 1440, height: 900 };

const LOOKS: readonly Look[] = [
  { name: 'the world at rest', path: '/' },
  { name: 'Europe at rest', path: '/?at=50,10,4.5' },
  { name: 'zoom 8 at rest', path: '/?at=50.03,8.57,8' },
  { name: 'Europe, dragged', path: '/?at=50,10,4.5', act: drag },
  { name: 'Europe, zoomed by the wheel', path: '/?at=50,10,4.5', act: zoom },
  { name: 'the world, its list open', path: '/?list=all' },
];

/** Notes each frame of the page from here on: how many, and the longest time between two. */
const WATCH = `(() => {
  const seen = { frames: 0, longest_ms: 0, last: performance.now() };
  globalThis.__frames = seen;
  const look = (now) => {
    seen.frames += 1;
    seen.longest_ms = Math.max(seen.longest_ms, now - seen.last);
    seen.last = now;
    if (globalThis.__frames === seen) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

/**
 * The page on a server that invents aircraft, in Chromium without a GPU, 1440 x 900: when the first picture is there, and
 * for ten seconds of each look the frames a second, the longest time between two, and how busy the page's main thread is.
 * Server and browser share the machine.
 */
export async function* page({ aircraft }: { readonly aircraft: number }): AsyncGenerator<Line> {
  const { url, server } = await startServer(aircraft, 1000);
  const quick = await startServer(aircraft, 100);
  try {
    const own = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
      existsSync(path),
    );
    const browser = await chromium.launch({
      ...(own === undefined ? {} : { executablePath: own }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-3d-apis', '--disable-background-networking'],
    });
    const first: number[] = [];
    for (let i = 0; i < 3; i++) {
      const context = await browser.newContext({ viewport: SIZE });
      first.push(await firstPicture(await context.newPage(), url, aircraft));
      await context.close();
    }
    yield { case: 'page', look: 'first picture', aircraft, ms: first, machine: machine() };
    for (const look of LOOKS) {
      const context = await browser.newContext({ viewport: SIZE });
      yield { case: 'page', look: look.name, aircraft, ...(await watch(await context.newPage(), url, look)) };
      await context.close();
    }
    const context = await browser.newContext({ viewport: SIZE });
    yield { case: 'page', look: 'memory', aircraft, ...(await growth(await context.newPage(), quick.url)) };
    await browser.close();
  } finally {
    server.kill();
    quick.server.kill();
  }
}

/** Milliseconds from the navigation until the map was drawn with every aircraft. */
async function firstPicture(seen: Page, url: string, aircraft: number): Promise<number> {
  await seen.addInitScript(`(() => {
    const look = () => {
      const page = globalThis.__contrail;
      if (page !== undefined && page.aircraft >= ${aircraft} && page.redraws > 0) globalThis.__first ??= performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })()`);
  await seen.goto(url);
  for (;;) {
    const at = await seen.evaluate<number | null>('globalThis.__first ?? null');
    if (at !== null) return Math.round(at);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function watch(seen: Page, url: string, { path, act }: Look): Promise<Line> {
  await firstPicture(seen, url + path, 1);
  // What a zoom reveals is loaded, and the fonts are there.
  await seen.waitForTimeout(3000);
  const devtools = await seen.context().newCDPSession(seen);
  await devtools.send('Performance.enable');
  const busy_s = async (): Promise<number> => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
  await seen.evaluate(WATCH);
  const [from, before] = [performance.now(), await busy_s()];
  if (act === undefined) await seen.waitForTimeout(SECONDS * 1000);
  else await act(seen);
  const [elapsed_s, busy] = [(performance.now() - from) / 1000, (await busy_s()) - before];
  const { frames, longest_ms } = await seen.evaluate<{ frames: number; longest_ms: number }>(
    '(() => { const seen = __frames; globalThis.__frames = null; return seen; })()',
  );
  return {
    frames_per_s: Math.round((frames / elapsed_s) * 10) / 10,
    longest_gap_ms: Math.round(longest_ms),
    main_thread_share: Math.round((busy / elapsed_s) * 1000) / 1000,
  };
}

/** Heap in use after 100 ticks and after 600 more, ten a second, garbage not counted. */
async function growth(seen: Page, url: string): Promise<Line> {
  await firstPicture(seen, url, 1);
  const devtools = await seen.context().newCDPSession(seen);
  const tick = (): Promise<number> => seen.evaluate<number>('__contrail.tick');
  const until = async (wanted: number): Promise<void> => {
    while ((await tick()) < wanted) await seen.waitForTimeout(200);
  };
  const heap_mb = async (): Promise<number> => {
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    return Math.round(usedSize / 1e5) / 10;
  };
  const from = (await tick()) + 100;
  await until(from);
  const before = await heap_mb();
  await until(from + 600);
  return { ticks: (await tick()) - from, heap_mb: [before, await heap_mb()] };
}

async function drag(seen: Page): Promise<void> {
  const end = performance.now() + SECONDS * 1000;
  await seen.mouse.move(720, 450);
  await seen.mouse.down();
  for (let i = 0; performance.now() < end; i++) {
    // A circle of 300 pixels a second or so, as a hand that looks around.
    await seen.mouse.move(720 + 250 * Math.sin(i / 40), 450 + 200 * Math.cos(i / 40) - 200);
    await seen.waitForTimeout(16);
  }
  await seen.mouse.up();
}

async function zoom(seen: Page): Promise<void> {
  const end = performance.now() + SECONDS * 1000;
  await seen.mouse.move(720, 450);
  for (let i = 0; performance.now() < end; i++) {
    await seen.mouse.wheel(0, i % 40 < 20 ? -60 : 60);
    await seen.waitForTimeout(50);
  }
}

async function startServer(
  aircraft: number,
  tick_ms: number,
): Promise<{ readonly url: string; readonly server: ChildProcess }> {
  const server = spawn(
    process.execPath,
    [
      '--conditions=@contrail/source',
      join(import.meta.dirname, '../web/test/fake-server.ts'),
      '0',
      String(aircraft),
      'live',
      String(tick_ms),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /^http:\S+/.exec(line)?.[0];
    if (url !== undefined) return { url, server };
  }
  throw new Error('The server of invented aircraft did not start.');
}
