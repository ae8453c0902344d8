/**
 * `npm run shots [FOLDER]`: pictures of every part of the page, into FOLDER (by default `shots/`), from a simulated lake that it
 * makes for that, and of a recording: RECORDING, or that beside the repository. It needs Chromium, and takes some minutes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { fillTopic } from './history.ts';
import { findRecording, playRecording } from './recording.ts';
import { viewsAt, type View } from './views.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const HISTORY = { minutes: 30, paceMs: 10_000, aircraft: 4000 };
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
/** The fonts, the ground and the first aircraft are there long before. */
const SETTLED_MS = 2500;
/** Positions are new to this age, seconds, for which a picture waits so many half seconds. */
const FRESH_S = 6;
const MOST_TRIES = 100;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const folder = resolve(process.argv[2] ?? 'shots');
/** Only pictures with these words in their names, where some are given. */
const wanted = process.argv.slice(3);
const nameOf = ({ name, theme, width }: View): string => `${name}-${theme}-${width}`;
const ago = (minutes: number): string =>
  `${new Date(Date.now() - minutes * 60_000).toISOString().slice(0, 19)}Z`;
/** The wanted pictures, of the simulated lake or of the recording. `ago` is of the moment when they are taken. */
const viewsOf = (isRecorded: boolean): View[] =>
  viewsAt(ago).filter(
    (view) =>
      (view.isRecorded ?? false) === isRecorded &&
      (wanted.length === 0 || wanted.some((word) => nameOf(view).includes(word))),
  );

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: CHROMIUM.find(existsSync) ?? 'chromium',
  args: ARGUMENTS,
});
try {
  if (viewsOf(false).length > 0) await takeSimulated();
  if (viewsOf(true).length > 0) await takeRecorded();
} finally {
  await browser.close();
}

async function takeSimulated(): Promise<void> {
  await withProgram(async (data) => {
    say(`Simulating ${HISTORY.minutes} minutes of ${HISTORY.aircraft} aircraft …`);
    const messages = await fillTopic(data, HISTORY);
    say(`The pipeline takes in ${messages} messages …`);
    return ['up', '--source', 'simulator'];
  }, false);
}

async function takeRecorded(): Promise<void> {
  const recording = findRecording();
  if (recording === null)
    return say('SKIPPED the recording: RECORDING names no file or folder of recorded answers.');
  await withProgram((data) => {
    say(`Playing ${recording} …`);
    playRecording(recording, data);
    return Promise.resolve(['dashboard']);
  }, true);
}

/** Fills a data folder, starts the program with the words that `fill` answers, and takes the pictures. */
async function withProgram(
  fill: (data: string) => Promise<readonly string[]>,
  isRecorded: boolean,
): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'contrail-shots-'));
  let program: ChildProcess | undefined;
  try {
    const words = await fill(data);
    const port = await freePort();
    program = start(words, data, port);
    const url = `http://127.0.0.1:${port}`;
    await untilCaughtUp(url, isRecorded);
    for (const view of viewsOf(isRecorded)) {
      const path = join(folder, `${nameOf(view)}.png`);
      await take(url, view, path);
      say(path);
    }
  } finally {
    if (program !== undefined) await stop(program);
    await rm(data, { recursive: true, force: true });
  }
}

async function take(url: string, view: View, path: string): Promise<void> {
  const { width, height, theme, zoom = 1 } = view;
  const context = await browser.newContext({
    viewport: { width: width / zoom, height: height / zoom },
    colorScheme: theme,
    hasTouch: width < 640,
    deviceScaleFactor: width < 640 ? 2 : zoom,
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => say(`  ${view.name}: ${error.message}`));
  await page.goto(url + view.path);
  await untilFresh(page);
  await page.waitForTimeout(SETTLED_MS);
  await view.prepare?.(page);
  await page.waitForTimeout(SETTLED_MS);
  await page.screenshot({ path });
  await context.close();
}

/** Until the page is live and its positions are new: then aircraft are drawn where they were heard of. */
async function untilFresh(page: Page): Promise<void> {
  const age_s = (): Promise<number> =>
    page.evaluate(() => {
      const { __contrail: shown } = globalThis as { __contrail?: { state: string; eventTime: number } };
      if (shown?.state === 'recording') return 0;
      const isThere = shown !== undefined && shown.state !== 'loading' && shown.state !== 'disconnected';
      return isThere ? Date.now() / 1000 - shown.eventTime : Number.POSITIVE_INFINITY;
    });
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    // A replay shows the past: its positions are never new.
    if ((await age_s()) < FRESH_S || (tries > 20 && page.url().includes('t='))) return;
    await page.waitForTimeout(500);
  }
}

/** Starts the program on the data; its simulator, if that is wanted, goes on from there. */
function start(words: readonly string[], data: string, port: number): ChildProcess {
  const { minutes: _minutes, paceMs, aircraft } = HISTORY;
  return spawn(process.execPath, [join(ROOT, 'scripts/contrail.mjs'), ...words], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      DATA_DIR: data,
      DASHBOARD_PORT: String(port),
      SIMULATED_AIRCRAFT: String(aircraft),
      SIMULATED_PACE: `${paceMs / 1000}s`,
      LOG_LEVEL: 'warn',
    },
  });
}

/** Until the pipeline has read all that is in the topic; of a recording, until there is a picture. */
async function untilCaughtUp(url: string, isRecorded: boolean): Promise<void> {
  for (;;) {
    await new Promise((done) => setTimeout(done, 1000));
    const answer = await fetch(`${url}/api/status`).catch(() => null);
    if (answer?.ok !== true) continue;
    const { stages, position_age_s, aircraft } = (await answer.json()) as {
      stages: readonly { name: string; lag: number | null }[];
      position_age_s: number | null;
      aircraft: number;
    };
    if (isRecorded && aircraft > 0) return;
    const lag = stages.find(({ name }) => name === 'topic')?.lag ?? Number.POSITIVE_INFINITY;
    if (lag === 0 && position_age_s !== null && position_age_s < 60) return;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}
