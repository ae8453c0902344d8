import { messageOf } from '../errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { KeepReport } from '../lake/keep/report.ts';
import type { Lake } from '../lake/lake.ts';
import { type BatchProgress, PROGRESS_BATCHES, type Progress, readProgress } from '../lake/progress.ts';
import { clockNotice } from './clock-difference.ts';
import { Paces } from './pace.ts';
import type { Range } from './plan.ts';
import { putProgress } from './progress-file.ts';
import { newestWords } from '../topic/spool/word-file.ts';
import type { Topic } from '../topic/topic.ts';
import type { SourceWord } from '../flight/source-word.ts';

/** What the report is made from. */
export interface ReportOptions {
  readonly lake: Lake;
  readonly topic: Pick<Topic, 'name' | 'words'>;
  /** What sources say here while the topic is away. */
  readonly wordsHere?: () => readonly SourceWord[];
  readonly engine: Pick<Engine, 'name'>;
  readonly clock: () => number;
  readonly triggerMs: number;
  /** A monotonic clock; default: the normal clock. */
  readonly monotonic?: () => number;
  /** Called with each report, also with one that cannot be written. */
  readonly onReport?: ((progress: Progress) => void) | undefined;
}

/** Time between two reports of a running pipeline. */
const LEAST_MS = 1_000;
/** How long a report waits for the states of the sources. */
const WORDS_MS = 1_000;
const DAY_MS = 86_400_000;

/** Writes `_contrail/progress.json`: what the dashboard shows of the pipeline. */
export class Report {
  readonly #options: ReportOptions;
  readonly #startedAtMs: number;
  readonly #batches: BatchProgress[] = [];
  /** The newest batch that a former run has finished. */
  #found: number | null = null;
  #gaps: Progress['gaps'] | null = null;
  #keep: KeepReport | null = null;
  #upkeep = { seconds: 0, failures: 0 };
  #pending: readonly Range[] = [];
  #paces = new Paces();
  #words: readonly SourceWord[] = [];
  #last: Progress | null = null;
  #writtenAtMs = -Infinity;
  #state: Progress['state'] = 'starting';

  constructor(options: ReportOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock();
  }

  /** Takes over the paces of the feeds from the last run; best effort. */
  async begin(): Promise<void> {
    const before = await readProgress(this.#options.lake.store).catch(() => null);
    this.#paces = new Paces(before?.feeds);
    this.#keep = before?.keep ?? null;
    await this.write('starting', []).catch(() => undefined);
  }

  add(batch: BatchProgress): void {
    this.#paces.add(batch.feeds ?? []);
    this.#batches.push(batch);
    if (this.#batches.length > PROGRESS_BATCHES) this.#batches.shift();
  }

  /** What the lake has passed over so far. */
  passedOver(gaps: Progress['gaps'] | null): void {
    this.#gaps = gaps ?? null;
  }

  /** What is known of the lake's disk by now. */
  kept(report: KeepReport): void {
    this.#keep = report;
  }

  /** The tables were maintained for so long. */
  maintained(ms: number, hasFailed: boolean): void {
    const { seconds, failures } = this.#upkeep;
    this.#upkeep = { seconds: seconds + ms / 1000, failures: failures + (hasFailed ? 1 : 0) };
  }

  /** A former run has finished this batch, and no later one. */
  found(batchId: number): void {
    this.#found = batchId;
  }

  async fail(error: unknown): Promise<void> {
    await this.write('failed', null, messageOf(error)).catch(() => undefined);
  }

  /**
   * Repeats the last report at every trigger while a micro-batch runs, so that a long one does not look silent. Best
   * effort. Answers the result of the batch.
   */
  async during<T>(batch: Promise<T>): Promise<T> {
    let repeated: Promise<void> = Promise.resolve();
    const repeat = (): void => void (repeated = repeated.then(() => this.#repeat()).catch(() => undefined));
    const timer = setInterval(repeat, Math.max(this.#options.triggerMs, LEAST_MS));
    try {
      return await batch;
    } finally {
      clearInterval(timer);
      // A report that is still being written must not replace a later one.
      await repeated;
    }
  }

  async #repeat(): Promise<void> {
    if (this.#last === null) return;
    await this.#put({ ...this.#last, at_ms: this.#options.clock(), state: 'running', message: null });
  }

  async #put(progress: Progress): Promise<void> {
    this.#options.onReport?.(progress);
    await putProgress(this.#options.lake.store, progress);
    this.#last = progress;
  }

  /** Reports what the pipeline waits for; best effort, because it may be the lake itself. */
  async trouble(error: Error): Promise<void> {
    await this.write('waiting', null, error.message).catch(() => undefined);
  }

  /** While batches follow each other quickly, one report a second is enough. */
  async write(
    state: Progress['state'],
    pending: readonly Range[] | null,
    message: string | null = null,
  ): Promise<void> {
    const { lake, topic, clock, engine, triggerMs } = this.#options;
    if (pending !== null) this.#pending = pending;
    const now = clock();
    const passed = this.#options.monotonic?.() ?? now;
    if (state === 'running' && this.#state === 'running' && passed - this.#writtenAtMs < LEAST_MS) return;
    this.#writtenAtMs = passed;
    this.#state = state;
    const newest = this.#batches.at(-1);
    // This is only information: the report is written even if the topic cannot be reached.
    this.#words = await topic.words({ signal: AbortSignal.timeout(WORDS_MS) }).catch(() => this.#words);
    const words = newestWords(this.#words, this.#options.wordsHere?.() ?? []);
    const behindSeconds = newest?.clock_behind_s ?? null;
    const notices = [
      behindSeconds === null ? null : clockNotice(behindSeconds),
      this.#keep?.notice ?? null,
    ].filter((notice) => notice !== null);
    const progress: Progress = {
      at_ms: now,
      started_at_ms: this.#startedAtMs,
      state,
      message,
      ...(notices.length === 0 ? {} : { notices }),
      engine: engine.name,
      trigger_ms: triggerMs,
      simulated: await lake.simulated(),
      batch_id: newest?.batch_id ?? this.#found,
      topic: {
        name: topic.name,
        partitions: this.#pending.map(({ partition, start, end }) => ({
          partition,
          next: String(start),
          end: String(end),
          lag: Number(end - start),
        })),
      },
      batches: this.#batches,
      ...(this.#gaps === null || this.#gaps === undefined ? {} : { gaps: this.#gaps }),
      upkeep: this.#upkeep,
      // A source that has reported nothing for a day no longer exists.
      sources: words.filter(({ at_ms }) => now - at_ms < DAY_MS),
      feeds: this.#paces.list(),
      ...(this.#keep === null ? {} : { keep: this.#keep }),
    };
    await this.#put(progress);
  }
}
