import type { Airport } from '../../flight/airports.ts';
import type { LiveComponents } from '../components.ts';
import type { Poll, Source, SourceState } from '../source.ts';
import { createWorld } from './simulate.ts';

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
 * The world began at the last UTC midnight and depends on nothing but its options, so a program that is started anew
 * on the same day goes on with the same flights where they are by now. Polls that were slept over (a closed laptop)
 * are left out, not made up for.
 */
export class SimulatorSource implements Source {
  readonly name = 'simulator';
  readonly simulated = true;
  readonly #options: Required<SimulatorOptions>;
  readonly #components: Pick<LiveComponents, 'clock' | 'sleep'>;

  constructor(options: SimulatorOptions, components: Pick<LiveComponents, 'clock' | 'sleep'>) {
    this.#options = { aircraft: 4000, seed: 1, intervalSeconds: 10, ...options };
    this.#components = components;
  }

  /**
   * Never ends by itself.
   * @throws ContrailError `invalid` / `simulator-arguments` before the first poll.
   */
  async *polls(options: {
    readonly signal?: AbortSignal;
    readonly onState?: (state: SourceState) => void;
  }): AsyncGenerator<Poll> {
    const { signal, onState } = options;
    const { clock, sleep } = this.#components;
    const { intervalSeconds, aircraft } = this.#options;
    const isStopped = () => signal?.aborted === true;
    const gridNow = () => Math.floor(clock() / 1000 / intervalSeconds) * intervalSeconds;

    let snapshot = gridNow();
    const epochSeconds = Math.floor(snapshot / DAY_SECONDS) * DAY_SECONDS;
    const world = createWorld({ ...this.#options, epochSeconds });
    while (!isStopped()) {
      const vectors = world.poll(snapshot);
      const retry_at_ms = (snapshot + intervalSeconds) * 1000;
      onState?.({
        kind: 'ok',
        message: `Simulated positions of ${aircraft} aircraft; none of them is real.`,
        retry_at_ms,
      });
      yield { kind: 'vectors', vectors };
      // Timers may fire a little early: only the clock says that the next grid time has come.
      while (gridNow() <= snapshot && !isStopped()) {
        await sleep(Math.max(1, (snapshot + intervalSeconds) * 1000 - clock()), signal);
      }
      snapshot = gridNow();
    }
  }
}
