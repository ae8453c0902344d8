import type { LiveComponents } from '../../src/ingest/components.ts';

/** Components whose time passes only where the program sleeps: no test waits. */
export interface FakeWorld extends Pick<
  LiveComponents,
  'clock' | 'monotonic' | 'random' | 'sleep' | 'timeout'
> {
  /** How long each sleep was, in ms. */
  readonly sleeps: number[];
  /** How long each timeout would have been, in ms, with what makes it fire. */
  readonly timeouts: { readonly ms: number; fire(): void }[];
  /** Time passes. */
  advance(ms: number): void;
  /** Somebody sets the clock, on or back; no time passes. */
  setClock(ms: number): void;
}

/** A world at an instant, given as ISO 8601; chance always falls in the middle. */
export function fakeWorld(start: string): FakeWorld {
  let passed = 0;
  let offset = Date.parse(start);
  const sleeps: number[] = [];
  const timeouts: FakeWorld['timeouts'] = [];
  return {
    sleeps,
    timeouts,
    clock: () => offset + passed,
    monotonic: () => passed,
    random: () => 0.5,
    advance: (ms) => {
      passed += ms;
    },
    setClock: (ms) => {
      offset += ms;
    },
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) return;
      sleeps.push(ms);
      passed += ms;
    },
    timeout: (ms) => {
      const controller = new AbortController();
      timeouts.push({
        ms,
        fire: () =>
          controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
      });
      return controller.signal;
    },
  };
}
