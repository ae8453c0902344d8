import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import type { Settings } from '../config/settings.ts';
import { serveDashboard } from '../program/dashboard.ts';
import { say } from '../program/terminal/say.ts';

/** `contrail dashboard`: the page on a lake, until the signal. */
export async function dashboard(settings: Settings, signal: AbortSignal): Promise<void> {
  // It holds little and gets much: the rows of each commit. Without this, 30 MB of dead ones wait for the collector.
  setFlagsFromString('--heap-growing-percent=20');
  await using server = await serveDashboard(settings, signal);
  say(`The lake ${server.lakeUrl} is on ${server.url}`);
  if (!signal.aborted) await once(signal, 'abort');
}
