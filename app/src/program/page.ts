import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { say } from './terminal/say.ts';

/** Root of the checkout: where the page and the scripts are. */
const ROOT = resolve(import.meta.dirname, '../../..');

/** Folder of the built page. */
export const WEB_ROOT: string = join(ROOT, 'web/dist');

/** Builds the page when its sources are newer than the last build, unless the signal fires. Its progress goes to stderr. */
export async function buildPage(signal?: AbortSignal): Promise<void> {
  const script = join(ROOT, 'scripts/build-page.mjs');
  const child = spawn(process.execPath, [script], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    signal,
  });
  const [code] = (await once(child, 'exit').catch(() => [1])) as [number | null];
  if (code !== 0 && signal?.aborted !== true)
    say('The page could not be built; the lines above say why. Everything else continues.');
}
