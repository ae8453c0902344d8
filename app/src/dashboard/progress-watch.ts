import { PROGRESS_FILE } from '../lake/progress.ts';
import type { Progress } from '../lake/progress.ts';
import type { LakeStore } from './lake-tables.ts';
import { shownSentence } from './shown.ts';

/** What a look at the progress file found: another progress (null: the file is gone or unreadable), or nothing new. */
export type ProgressLook =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly progress: Progress | null };

const MAX_NOTICES = 5;
const MAX_BYTES = 4_000_000;

/** Gives a function that looks at the progress file and says whether it changed since the last look. */
export function progressLooker(lake: LakeStore): () => Promise<ProgressLook> {
  let stamp: string | null = null;
  return async () => {
    const head = await lake.head(PROGRESS_FILE);
    // What is so long was not written by a pipeline.
    const found = head === null || head.bytes > MAX_BYTES ? null : `${head.modifiedAtMs}/${head.bytes}`;
    if (found === stamp) return { kind: 'same' };
    const progress =
      found === null ? null : parseProgress(new TextDecoder().decode(await lake.get(PROGRESS_FILE)));
    stamp = found;
    return { kind: 'changed', progress };
  };
}

const STATES: readonly string[] = [
  'starting',
  'waiting',
  'running',
  'failed',
  'stopped',
] satisfies Progress['state'][];

/** The progress in a text, or null when it is not one: written by another version, it is better unknown than wrong. */
export function parseProgress(text: string): Progress | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(json) || !isRecord(json['topic']) || !isRecord(json['tables'])) return null;
  const isProgress =
    Number.isFinite(json['at_ms']) &&
    Number.isFinite(json['trigger_ms']) &&
    STATES.includes(String(json['state'])) &&
    (json['notices'] === undefined || isTexts(json['notices'])) &&
    Array.isArray(json['topic']['partitions']) &&
    json['topic']['partitions'].every((one) => isRecord(one) && Number.isFinite(one['lag'])) &&
    Array.isArray(json['batches']) &&
    json['batches'].every((one) => isRecord(one) && Number.isFinite(one['rows_in']));
  if (!isProgress) return null;
  const progress = json as unknown as Progress;
  const { message, notices } = progress;
  return {
    ...progress,
    message: typeof message === 'string' ? shownSentence(message) : null,
    ...(notices === undefined ? {} : { notices: notices.slice(0, MAX_NOTICES).map(shownSentence) }),
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
