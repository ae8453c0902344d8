import type { Lake } from '../lake/lake.ts';
import type { BatchRecord } from './batch-record.ts';
import { BatchTables } from './batch-tables.ts';

/** One run of a recorded batch: its record, its signal, and its times. */
export class Batch {
  readonly record: BatchRecord;
  readonly tables: BatchTables;
  readonly signal: AbortSignal | undefined;
  readonly startedAtMs: number;
  readonly #clock: () => number;
  readonly #durationsMs: Record<string, number> = {};

  constructor(record: BatchRecord, lake: Lake, clock: () => number, signal: AbortSignal | undefined) {
    this.record = record;
    this.tables = new BatchTables(lake, record);
    this.signal = signal;
    this.#clock = clock;
    this.startedAtMs = clock();
  }

  /** Adds the duration of some work to the reported time of a table or step. */
  async timed<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = this.#clock();
    const result = await work();
    this.#durationsMs[name] = (this.#durationsMs[name] ?? 0) + this.#clock() - start;
    return result;
  }

  /** Time since it was begun. */
  get durationMs(): number {
    return this.#clock() - this.startedAtMs;
  }

  get durationsMs(): Readonly<Record<string, number>> {
    return this.#durationsMs;
  }
}
