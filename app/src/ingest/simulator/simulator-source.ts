import type { Airport } from '../../flight/airports.ts';
import type { Runway } from '../../flight/runways.ts';
import type { LiveComponents } from '../components.ts';
import type { Poll, PollOptions, Source } from '../source.ts';
import { waitUntil } from '../wait.ts';
import { type World, worldOfDay } from './simulate.ts';

/** What the live simulator is made of. */
export interface SimulatorOptions {
  readonly airports: readonly Airport[];
  /** Where to take off and land. */
  readonly runways?: readonly Runway[];
  /** Default 4000. */
  readonly aircraft?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Between two polls; default 10 s, as OpenSky's grid. */
  readonly paceMs?: number;
}

/** As OpenSky's answers, a poll shows a moment of this grid, or of a finer one where polls are more frequent. */
const GRID_MS = 10_000;

/**
 * Invented traffic at the pace of the clock: a full picture at once, then one each pace, of any length. Positions have whole
 * seconds, so polls of one second show the same.
 *
 * The world began at the last UTC midnight and depends on nothing but its options, so a program that is restarted
 * on the same day goes on with the same flights where they are by now. Polls that were slept over (a closed laptop)
 * are left out, not made up for. A clock that is set back is followed: the same flights are seen again.
 */
export class SimulatorSource implements Source {
  readonly name = 'simulator';
  readonly simulated = true;
  readonly #options: Required<Omit<SimulatorOptions, 'runways'>> & Pick<SimulatorOptions, 'runways'>;
  readonly #components: Pick<LiveComponents, 'clock' | 'monotonic' | 'sleep'>;

  constructor(options: SimulatorOptions, components: Pick<LiveComponents, 'clock' | 'monotonic' | 'sleep'>) {
    this.#options = { aircraft: 4000, seed: 1, paceMs: 10_000, ...options };
    this.#components = components;
  }

  /**
   * Never ends by itself.
   * @throws ContrailError `invalid` / `simulator-arguments` before the first poll.
   */
  async *polls({ signal, onState, whenReady }: PollOptions): AsyncGenerator<Poll> {
    const { clock } = this.#components;
    const { paceMs, aircraft } = this.#options;
    const isStopped = () => signal?.aborted === true;
    const gridMs = Math.min(paceMs, GRID_MS);
    const beginning = () => Math.floor(clock() / gridMs) * gridMs;
    /** The newest poll that is due. */
    const due = () => atMs + Math.max(0, Math.floor((clock() - atMs) / paceMs)) * paceMs;

    let atMs = beginning();
    let world = this.#world(atMs);
    while (!isStopped()) {
      await whenReady?.();
      if (isStopped()) return;
      // It may have taken long until there was room.
      atMs = due();
      const vectors = world.poll(Math.floor(atMs / 1000));
      const nextMs = atMs + paceMs;
      onState?.({
        kind: 'ok',
        message: `Simulated positions of ${aircraft} aircraft; none of them is real.`,
        next_poll_at_ms: nextMs,
      });
      yield { kind: 'vectors', vectors };
      while (clock() >= atMs && clock() < nextMs && !isStopped()) {
        await waitUntil(nextMs, paceMs, this.#components, signal);
      }
      if (clock() >= atMs) continue;
      // A world can only advance; for an earlier time it is made again.
      atMs = beginning();
      world = this.#world(atMs);
    }
  }

  /** The world of the UTC day of a time. */
  #world(ms: number): World {
    const { paceMs, ...options } = this.#options;
    return worldOfDay({ ...options, intervalSeconds: paceMs / 1000 }, ms);
  }
}
