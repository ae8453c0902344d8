import type { Stage, StatusAnswer } from 'contrail/dashboard/protocol';
import { since } from '../text/time.ts';

type Progress = NonNullable<StatusAnswer['progress']>;

/** A note about one stage, or the same note about several. */
export interface Note {
  readonly stages: readonly Stage[];
  readonly sentence: string;
}

/**
 * The notes about the stages, each once. Of the stages that wait behind the source, only the first has a note: the
 * others wait for it.
 */
export function notesOf(stages: readonly Stage[]): readonly Note[] {
  const first = stages.find(({ name, state }) => name !== 'source' && state === 'waiting');
  const notes = new Map<string, Stage[]>();
  for (const stage of stages) {
    const isBehind = stage.state === 'waiting' && stage.name !== 'source' && stage !== first;
    if (stage.sentence === null || isBehind) continue;
    notes.set(stage.sentence, [...(notes.get(stage.sentence) ?? []), stage]);
  }
  return [...notes].map(([sentence, about]) => ({ stages: about, sentence }));
}

/** A report this many triggers old, and this many seconds, is the last one of a pipeline that is gone or hangs. */
const SILENT_TRIGGERS = 3;
const SILENT_S = 15;

/** What the pipeline does, as of its last report: `running, reported 1 s ago`. Of one that reports no more only that is known. */
export function reportWords({ at_ms, trigger_ms, state }: Progress, now: number): string {
  const at = at_ms / 1000;
  const isSilent = now - at > Math.max(SILENT_S, (SILENT_TRIGGERS * trigger_ms) / 1000);
  const isOver = state === 'stopped' || state === 'failed';
  return isSilent && !isOver
    ? `silent, last reported ${since(at, now)}`
    : `${state}, reported ${since(at, now)}`;
}

/** Rows per quarantine reason over the batches in the pipeline's report, most first. */
export function quarantineByReason(progress: Progress): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const batch of progress.batches) {
    for (const [reason, rows] of Object.entries(batch.rows_quarantined)) {
      sums.set(reason, (sums.get(reason) ?? 0) + rows);
    }
  }
  return [...sums].filter(([, rows]) => rows > 0).toSorted((a, b) => b[1] - a[1]);
}

/** What each quarantine reason means. */
export const REASON_WORDS: Readonly<Record<string, string>> = {
  malformed: 'not a JSON object, or a field of another type',
  unprocessable: 'no engine could process it',
  other_kind: 'real among simulated, or the reverse',
  invalid_icao24: 'address is not 6 hexadecimal digits',
  missing_time: 'no time of position',
  missing_position: 'no longitude or latitude',
  invalid_position: 'outside the range of degrees',
  implausible_time: 'in the future, or before 2000',
  duplicate: 'already in Silver',
};

/** The sum of all quarantined rows of one batch. */
export function quarantined(batch: Progress['batches'][number]): number {
  return Object.values(batch.rows_quarantined).reduce((sum, rows) => sum + rows, 0);
}

/** The middle and the 95th percentile of the batches' durations, ms; null without batches. */
export function durationSummary(progress: Progress): { readonly p50: number; readonly p95: number } | null {
  const sorted = progress.batches.map((batch) => batch.duration_ms).toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
}
