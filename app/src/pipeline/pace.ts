import type { FeedPace, FeedSample } from '../lake/progress.ts';

/** Intervals that the pace is the middle of: one poll that was late or came twice does not show. */
const INTERVALS = 5;
/** Feeds that are told of: a topic of other producers may hold any words. */
const FEEDS = 32;
/** Above it a feed has been away, and comes back at the pace that it had. */
const AWAY = 20;

/**
 * Watches at what pace each feed's answers come: the middle of the last intervals between the times in them. What it
 * knew before a restart comes from the last report.
 */
export class Paces {
  readonly #feeds = new Map<string, { snapshot: number; intervals: number[] }>();

  constructor(known: readonly FeedPace[] = []) {
    for (const { feed, snapshot, pace_s } of known)
      this.#feeds.set(feed, { snapshot, intervals: pace_s === null ? [] : [pace_s] });
  }

  add(samples: readonly FeedSample[]): void {
    for (const { feed, snapshot, snapshots } of samples) {
      const known = this.#feeds.get(feed);
      // Delete and set it, so that the feeds with the newest answers are kept.
      this.#feeds.delete(feed);
      if (known === undefined) this.#feeds.set(feed, { snapshot, intervals: [] });
      else this.#feeds.set(feed, after(known, snapshot, snapshots));
    }
    for (const feed of [...this.#feeds.keys()].slice(0, -FEEDS)) this.#feeds.delete(feed);
  }

  list(): readonly FeedPace[] {
    return [...this.#feeds].map(([feed, { snapshot, intervals }]) => ({
      feed,
      snapshot,
      pace_s: middle(intervals),
    }));
  }
}

interface Known {
  readonly snapshot: number;
  readonly intervals: readonly number[];
}

function after({ snapshot: before, intervals }: Known, snapshot: number, snapshots: number) {
  // An older answer that comes late says nothing of the pace; the same again neither.
  if (snapshot <= before) return { snapshot: before, intervals: [...intervals] };
  const interval = (snapshot - before) / Math.max(1, snapshots);
  const usual = middle(intervals);
  if (usual !== null && interval > AWAY * usual && intervals.length === INTERVALS)
    return { snapshot, intervals: [...intervals] };
  return { snapshot, intervals: [...intervals, interval].slice(-INTERVALS) };
}

function middle(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
