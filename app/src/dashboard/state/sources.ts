import type { SourceWord } from '../../flight/source-word.ts';
import type { FeedPace, Progress } from '../../lake/progress.ts';
import type { SourceStatus } from '../protocol.ts';
import { LATE_PACES, LOST_PACES, POSITIONS_DELAYED_S, STALE_S } from './thresholds.ts';

/** What a source is called in the messages, where it has another name. */
const FEED_OF: Readonly<Record<string, string>> = {
  adsblol: 'adsbx',
  adsbfi: 'adsbx',
  airplaneslive: 'adsbx',
};

/**
 * The sources of a lake: those that say something of themselves, in the order of their names, then feeds that messages came
 * from without a word. Pure.
 * @param trigger_s the pipeline's: so long an answer may wait for its micro-batch
 */
export function sourcesOf(
  progress: Progress | null,
  now_ms: number,
  trigger_s: number,
): readonly SourceStatus[] {
  const words = progress?.sources ?? [];
  const feeds = new Map((progress?.feeds ?? []).map((feed) => [feed.feed, feed]));
  const spoken = words.map((word) => {
    // Messages carry the name of their source where there are several.
    const feed = feeds.has(word.source) ? word.source : feedOf(word.source);
    const known = feeds.get(feed) ?? null;
    feeds.delete(feed);
    return statusOf(word.source, word, known, now_ms, trigger_s);
  });
  // A recording and a file of messages have no pace: what came came.
  const silent = [...feeds.values()].map((feed) => statusOf(feed.feed, null, feed, now_ms, trigger_s));
  return [...spoken, ...silent];
}

/**
 * The pace that the page as a whole follows, seconds: that of the fastest feed which keeps it, else of the fastest; 0 where no
 * pace is known.
 */
export function paceOf(sources: readonly SourceStatus[]): number {
  const paced = sources.filter(({ pace_s }) => pace_s !== null);
  const kept = paced.filter(({ state }) => state === 'ok');
  const paces = (kept.length > 0 ? kept : paced).map(({ pace_s }) => pace_s ?? 0);
  return paces.length === 0 ? 0 : Math.min(...paces);
}

function statusOf(
  source: string,
  word: SourceWord | null,
  feed: FeedPace | null,
  now_ms: number,
  trigger_s: number,
): SourceStatus {
  const age_s = feed === null ? null : Math.max(0, now_ms / 1000 - feed.snapshot);
  const pace_s = paceFrom(word, feed);
  return {
    source,
    state: stateOf(word, age_s, pace_s, trigger_s),
    said: word?.state ?? null,
    pace_s,
    age_s,
    next_poll_at_ms: word?.state === 'ended' ? null : (word?.next_poll_at_ms ?? null),
    credits_left: word?.credits_left ?? null,
    message: word?.message ?? null,
    notices: word?.notices ?? [],
    ...(word?.counters && { counters: word.counters }),
  };
}

/** A source that slows down says so before it can be observed. */
function paceFrom(word: SourceWord | null, feed: FeedPace | null): number | null {
  const told =
    word?.state === 'ok' && word.next_poll_at_ms !== null
      ? Math.max(0, (word.next_poll_at_ms - word.at_ms) / 1000)
      : null;
  const seen = feed?.pace_s ?? null;
  return told === null || seen === null ? (told ?? seen) : Math.max(told, seen);
}

function stateOf(
  word: SourceWord | null,
  age_s: number | null,
  pace_s: number | null,
  trigger_s: number,
): SourceStatus['state'] {
  if (word?.state === 'ended') return 'ended';
  if (word !== null && word.state !== 'ok') return word.state === 'waiting' ? 'waiting' : 'failed';
  if (age_s === null) return 'waiting';
  const grace = POSITIONS_DELAYED_S + trigger_s;
  const pace = pace_s ?? 0;
  if (age_s > Math.max(STALE_S, grace + LOST_PACES * pace)) return 'stale';
  return age_s > grace + LATE_PACES * pace ? 'delayed' : 'ok';
}

function feedOf(source: string): string {
  const [kind = source] = source.split(':');
  return FEED_OF[kind] ?? kind;
}
