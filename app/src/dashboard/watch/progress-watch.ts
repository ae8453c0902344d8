import type { ObjectStore } from '@contrail/delta-lake';
import { parseProgress, PROGRESS_FILE, type Progress } from '../../lake/progress.ts';
import type { SourceWord } from '../../flight/source-word.ts';
import { shownName, shownSentence } from '../shown.ts';

/** The result of reading the progress file: a new progress (null: the file is gone or unreadable), or no change. */
export type ProgressLook =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly progress: Progress | null };

const MAX_NOTICES = 5;
const MAX_SOURCES = 32;
const MAX_BYTES = 4_000_000;

/** A function that reads the progress file and says whether it changed since the last call. */
export function progressLooker(lake: Pick<ObjectStore, 'head' | 'get'>): () => Promise<ProgressLook> {
  let stamp: string | null = null;
  return async () => {
    const head = await lake.head(PROGRESS_FILE);
    // A pipeline does not write such a large file.
    const found = head === null || head.bytes > MAX_BYTES ? null : `${head.modifiedAtMs}/${head.bytes}`;
    if (found === stamp) return { kind: 'same' };
    const progress =
      found === null ? null : parseProgress(new TextDecoder().decode(await lake.get(PROGRESS_FILE)));
    stamp = found;
    return { kind: 'changed', progress: progress === null ? null : shownProgress(progress) };
  };
}

/** The progress with sentences that are fit for the wire and a page. */
export function shownProgress(progress: Progress): Progress {
  const { message, notices, sources = [], feeds = [] } = progress;
  return {
    ...progress,
    message: message === null ? null : shownSentence(message),
    ...(notices === undefined ? {} : { notices: notices.slice(0, MAX_NOTICES).map(shownSentence) }),
    sources: sources.slice(0, MAX_SOURCES).map(shownWord),
    feeds: feeds.slice(0, MAX_SOURCES).map((feed) => ({ ...feed, feed: shownName(feed.feed) })),
  };
}

const shownWord = (word: SourceWord): SourceWord => ({
  ...word,
  source: shownName(word.source),
  message: word.message === null ? null : shownSentence(word.message),
  notices: word.notices.slice(0, MAX_NOTICES).map(shownSentence),
});
