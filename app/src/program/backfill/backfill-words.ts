import type { MergeProgress } from '../../pipeline/merge/merge.ts';
import { count, say, sayForNow } from '../terminal/say.ts';
import type { ArchiveReport } from './run-backfill.ts';

/** Between two lines where no person watches a terminal. */
const LINE_MS = 5_000;

/** Where words go; standard error by default. */
export interface Outlets {
  readonly speak?: (text: string) => void;
  readonly speakForNow?: (text: string) => void;
}

/** How far a backfill is, in words: what was read, then what was merged, with the time that is left. */
export class BackfillWords {
  readonly #monotonic: () => number;
  readonly #say: (text: string) => void;
  readonly #sayForNow: (text: string) => void;
  readonly #totalBytes: number;
  readonly #files: number;
  #reading = '';
  #bytes = 0;
  #startedMs: number;
  #lineMs: number;
  #merge: { readonly startedMs: number; readonly doneRows: number } | null = null;

  constructor(
    monotonic: () => number,
    files: readonly { readonly bytes: number }[],
    { speak = say, speakForNow = sayForNow }: Outlets = {},
  ) {
    this.#monotonic = monotonic;
    this.#say = speak;
    this.#sayForNow = speakForNow;
    this.#files = files.length;
    this.#totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#startedMs = monotonic();
    this.#lineMs = monotonic();
  }

  onArchive(path: string, number: number): void {
    this.#reading = this.#files === 1 ? path : `${path}, ${number} of ${this.#files}`;
    this.#merge = null;
  }

  onBytes(bytes: number): void {
    this.#bytes += bytes;
    const share = this.#totalBytes === 0 ? 1 : this.#bytes / this.#totalBytes;
    const left = leftOf(this.#monotonic() - this.#startedMs, share);
    this.#show(`Reading ${this.#reading}: ${percent(share)} of ${megabytes(this.#totalBytes)}${left}`);
  }

  onMerge({ slices, done, isResumed }: MergeProgress): void {
    const rows = (through: number): number =>
      slices.slice(0, through).reduce((sum, slice) => sum + slice.rows, 0);
    if (this.#merge === null || done === 0) {
      this.#merge = { startedMs: this.#monotonic(), doneRows: rows(done) };
      const again = isResumed && done > 0 ? `; an earlier run has done ${done} of them` : '';
      this.#say(
        `Merging: ${count(rows(slices.length))} rows of the range, in ${plural(slices.length, 'slice')}${again}`,
      );
      return;
    }
    const all = rows(slices.length);
    const { startedMs, doneRows } = this.#merge;
    const share = (rows(done) - doneRows) / Math.max(1, all - doneRows);
    const left = leftOf(this.#monotonic() - startedMs, share);
    this.#show(
      `Merged ${count(rows(done))} of ${count(all)} rows (${percent(rows(done) / Math.max(1, all))})${left}`,
    );
  }

  /** Each archive gets a line. */
  onReport(report: ArchiveReport): void {
    this.#say(reportLine(report));
  }

  #show(text: string): void {
    this.#sayForNow(text);
    if (process.stderr.isTTY || this.#monotonic() - this.#lineMs < LINE_MS) return;
    this.#lineMs = this.#monotonic();
    this.#say(text);
  }
}

/** What became of an archive, in a line. */
export function reportLine({
  path,
  rows,
  taken,
  quarantined,
  since_ms,
  damage,
  useless,
}: ArchiveReport): string {
  if (useless !== null) return `${path}: nothing of it is of use, ${useless}.`;
  const broken = damage === null ? '' : ` It could not be read to its end: ${damage}.`;
  if (since_ms !== null)
    return `${path}: its ${plural(rows, 'row')} went into the lake at ${new Date(since_ms).toISOString()}; it is left out.${broken}`;
  const { duplicate = 0, ...others } = quarantined;
  const reasons = Object.entries(others)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, number]) => `, ${count(number)} in quarantine (${reason})`);
  return `${path}: ${plural(rows, 'row')} read, ${count(taken)} new in Silver, ${plural(duplicate, 'duplicate')}${reasons.join('')}.${broken}`;
}

const plural = (number: number, noun: string): string => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
const percent = (share: number): string => `${Math.floor(100 * Math.min(1, share))} %`;
const megabytes = (bytes: number): string => `${count(Math.ceil(bytes / 1e6))} MB`;

/** A share that is too small says nothing yet. */
const LEAST_SHARE = 0.02;

function leftOf(elapsedMs: number, share: number): string {
  if (share < LEAST_SHARE || share >= 1) return '';
  const seconds = Math.ceil((elapsedMs / share - elapsedMs) / 1000);
  return `, about ${seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} left`;
}
