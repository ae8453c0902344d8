import { setTimeout as wait } from 'node:timers/promises';
import type { LiveComponents } from '../ingest/components.ts';
import { askOverHttp } from './ask-over-http.ts';
import { isProxied } from './network.ts';

/** The system's clock, randomness and network: the only place that uses them. */
export const SYSTEM: LiveComponents = {
  clock: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
  // `fetch` knows more kinds of proxies.
  fetch: (url, init) => (isProxied() ? globalThis.fetch(url, init) : askOverHttp(url, init)),
  // It takes whole milliseconds only, and what is left of a time limit is a fraction.
  timeout: (ms) => AbortSignal.timeout(Math.max(0, Math.ceil(ms))),
};
