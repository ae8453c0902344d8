import type { ObjectStore } from '@contrail/delta-lake';
import { parseProgress, PROGRESS_FILE, type Progress } from '../../lake/progress.ts';
import { shownSentence } from '../shown.ts';

/** What a look at the progress file found: another progress (null: the file is gone or unreadable), or nothing new. */
export type ProgressLook =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly progress: Progress | null };

const MAX_NOTICES = 5;
const MAX_BYTES = 4_000_000;

/** Gives a function that looks at the progress file and says whether it changed since the last look. */
export function progressLooker(lake: Pick<ObjectStore, 'head' | 'get'>): () => Promise<ProgressLook> {
  let stamp: string | null = null;
  return async () => {
    const head = await lake.head(PROGRESS_FILE);
    // What is so long was not written by a pipeline.
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
  const { message, notices } = progress;
  return {
    ...progress,
    message: message === null ? null : shownSentence(message),
    ...(notices === undefined ? {} : { notices: notices.slice(0, MAX_NOTICES).map(shownSentence) }),
  };
}
