import type { MergeProgress } from '../../pipeline/merge/merge.ts';
import { eventTimeText } from '../event-time.ts';
import { count, say } from './say.ts';

/** Says how far a merge is: its plan, then a line after each slice with rows, share, pace and what is left. */
export class MergeLines {
  readonly #monotonic: () => number;
  readonly #say: (text: string) => void;
  readonly #verb: string;
  #startedAtMs = 0;
  #rowsBefore = 0;

  /** @param verb what is done to the range: `Rebuilding` */
  constructor(verb: string, monotonic: () => number, speak: (text: string) => void = say) {
    this.#verb = verb;
    this.#monotonic = monotonic;
    this.#say = speak;
  }

  /** Takes what a merge reports. */
  show({ slices, done, isResumed }: MergeProgress): void {
    const rows = slices.reduce((sum, slice) => sum + slice.rows, 0);
    const rowsDone = slices.slice(0, done).reduce((sum, slice) => sum + slice.rows, 0);
    if (this.#startedAtMs === 0) {
      [this.#startedAtMs, this.#rowsBefore] = [this.#monotonic(), rowsDone];
      const [first, last] = [slices[0], slices.at(-1)];
      if (first === undefined || last === undefined) return;
      const span = `${eventTimeText(first.start)} to ${eventTimeText(last.end)}`;
      const parts = slices.length === 1 ? '' : `, in ${slices.length} slices`;
      this.#say(`${this.#verb} ${span}: ${count(rows)} rows${parts}.`);
      if (isResumed && done > 0)
        this.#say(`An earlier run has done ${done} of them; it goes on behind these.`);
      return;
    }
    const tookMs = Math.max(1, this.#monotonic() - this.#startedAtMs);
    const perSecond = ((rowsDone - this.#rowsBefore) * 1000) / tookMs;
    const share = rows === 0 ? 100 : Math.floor((100 * rowsDone) / rows);
    const left =
      done === slices.length || perSecond === 0
        ? ''
        : `, about ${durationText((rows - rowsDone) / perSecond)} left`;
    this.#say(
      `${count(rowsDone)} of ${count(rows)} rows (${share} %), ${count(Math.round(perSecond))} a second${left}`,
    );
  }
}

/** `40 s`, `12 min`, `3.5 h`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
