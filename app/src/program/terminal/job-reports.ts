import type { Logger } from 'pino';
import type { JobProgress } from '../../engine/spark/engine.ts';

/**
 * Shows the progress of the jobs of a long micro-batch. Spark reports about every two seconds; each report is shown as
 * a line until the next one, and logged at debug.
 */
export class JobReports {
  readonly #log: Logger;
  readonly #show: (line: string) => void;
  #batchId = 0;

  constructor(log: Logger, show: (line: string) => void) {
    this.#log = log;
    this.#show = show;
  }

  /** Later reports belong to this micro-batch. */
  begin(batchId: number): void {
    this.#batchId = batchId;
  }

  /** Shows a report. Several jobs may run at once: the line is that of the last report. */
  report(job: JobProgress): void {
    // A job has no tasks before its first stage.
    if (job.tasks === 0) return;
    const { makes, tasks, completedTasks: completed_tasks } = job;
    this.#log.debug({ batch_id: this.#batchId, makes, tasks, completed_tasks }, 'job');
    this.#show(progressLine(this.#batchId, job));
  }
}

/** `micro-batch 3: silver/flights, 40 % of 12 tasks`. */
export function progressLine(batchId: number, { makes, tasks, completedTasks }: JobProgress): string {
  const percent = Math.floor((100 * completedTasks) / tasks);
  return `micro-batch ${batchId}: ${makes}, ${percent} % of ${tasks} task${tasks === 1 ? '' : 's'}`;
}
