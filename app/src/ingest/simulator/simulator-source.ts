import type { Airport } from '../../flight/airports.ts';
import type { LiveComponents } from '../components.ts';
import type { Poll, PollOptions, Source } from '../source.ts';
import { waitUntil } from '../wait.ts';
import { createWorld, type World } from './simulate.ts';

const DAY_SECONDS = 86_400;

/** What the live simulator is made of. */
export interface SimulatorOptions {
  readonly airports: readonly Airport[];
  /** Default 4000. */
  readonly aircraft?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Whole seconds; default 10, as OpenSky's grid. */
  readonly intervalSeconds?: number;
}

/**
 * Invented traffic at the pace of the clock: a full picture at once, then one at every multiple of the interval.
 *
 * The world began at the last UTC midnight and depends on nothing but its options, so a program that is restarted
 * on the same day goes on with the same flights where they are by now. Polls that were slept over (a closed laptop)
 * are left out, not made up for. A clock that is set back is followed: the same flights are seen again.
 */
export class SimulatorSource implements Source {
  readonly name = 'simulator';
  readonly simulated = true;
  readonly #options: Required<SimulatorOptions>;
  readonly #components: Pick<LiveComponents, 'clock' | 'monotonic' | 'sleep'>;

  constructor(options: SimulatorOptions, components: Pick<LiveComponents, 'clock' | 'monotonic' | 'sleep'>) {
    this.#options = { aircraft: 4000, seed: 1, intervalSeconds: 10, ...options };
    this.#components = components;
  }

  /**
   * Never ends by itself.
   * @throws ContrailError `invalid` / `simulator-arguments` before the first poll.
   */
  async *polls({ signal, onState, whenReady }: PollOptions): AsyncGenerator<Poll> {
    const { clock } = this.#components;
    const { intervalSeconds, aircraft } = this.#options;
    const isStopped = () => signal?.aborted === true;
    const gridNow = () => Math.floor(clock() / 1000 / intervalSeconds) * intervalSeconds;

    let snapshot = gridNow();
    let world = this.#world(snapshot);
    while (!isStopped()) {
      await whenReady?.();
      if (isStopped()) return;
      // It may have taken long until there was room.
      snapshot = Math.max(snapshot, gridNow());
      const vectors = world.poll(snapshot);
      const retry_at_ms = (snapshot + intervalSeconds) * 1000;
      onState?.({
        kind: 'ok',
        message: `Simulated positions of ${aircraft} aircraft; none of them is real.`,
        retry_at_ms,
      });
      yield { kind: 'vectors', vectors };
      while (gridNow() === snapshot && !isStopped()) {
        await waitUntil(retry_at_ms, intervalSeconds * 1000, this.#components, signal);
      }
      const next = gridNow();
      // A world can only advance; for an earlier time it is made again.
      if (next < snapshot) world = this.#world(next);
      snapshot = next;
    }
  }

  /** The world of the UTC day of a time. */
  #world(seconds: number): World {
    return createWorld({ ...this.#options, epochSeconds: Math.floor(seconds / DAY_SECONDS) * DAY_SECONDS });
  }
}
