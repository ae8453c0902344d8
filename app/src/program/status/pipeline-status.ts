import type { Settings } from '../../config/settings.ts';
import { sourcesOf } from '../../dashboard/state/sources.ts';
import { SILENT_TRIGGERS, STALE_S } from '../../dashboard/state/thresholds.ts';
import type { Progress } from '../../lake/progress.ts';
import { expositionText, type Figure } from '../../metrics/exposition.ts';
import { PipelineFigures } from '../../metrics/pipeline.ts';
import { processFigures } from '../../metrics/process.ts';
import { sourceFigures } from '../../metrics/sources.ts';
import { SYSTEM } from '../system.ts';
import { say } from '../terminal/say.ts';
import { type Readiness, startStatusServer, type StatusServer } from './status-server.ts';

/** What a pipeline says of itself, made from its reports. */
export class PipelineStatus {
  readonly #figures = new PipelineFigures();
  #progress: Progress | null = null;

  take(progress: Progress): void {
    this.#progress = progress;
    this.#figures.take(progress);
  }

  /** Whether messages become rows, or would if there were any. */
  readiness(nowMs: number): Readiness {
    const progress = this.#progress;
    if (progress === null) return { isReady: false, text: 'pipeline: has not begun\n' };
    const { state, message, at_ms, trigger_ms, batch_id } = progress;
    const isSilent = nowMs - at_ms > Math.max(STALE_S * 1000, SILENT_TRIGGERS * trigger_ms);
    const isWell = (state === 'running' || state === 'waiting') && message === null && !isSilent;
    const lag = progress.topic.partitions.reduce((sum, one) => sum + one.lag, 0);
    const lines = [
      `pipeline: ${isSilent ? `silent for ${Math.round((nowMs - at_ms) / 1000)} s` : state}`,
      ...(message === null ? [] : [`  ${message}`]),
      ...(progress.notices ?? []).map((notice) => `  ${notice}`),
      `  newest micro-batch: ${batch_id ?? 'none'}, messages that wait: ${lag}`,
    ];
    return { isReady: isWell, text: `${lines.join('\n')}\n` };
  }

  metrics(nowMs: number, more: readonly Figure[]): string {
    const trigger_s = (this.#progress?.trigger_ms ?? 0) / 1000;
    return expositionText([
      ...this.#figures.figures(nowMs),
      ...sourceFigures(sourcesOf(this.#progress, nowMs, trigger_s)),
      ...processFigures(),
      ...more,
    ]);
  }
}

/** The server of STATUS_ADDRESS for a pipeline; null where there is none. @throws ContrailError as {@link startStatusServer} */
export async function startPipelineStatus(
  { statusAddress }: Pick<Settings, 'statusAddress'>,
  status: PipelineStatus,
  more: () => readonly Figure[],
): Promise<StatusServer | null> {
  if (statusAddress === null) return null;
  const server = await startStatusServer(statusAddress, {
    readiness: () => status.readiness(SYSTEM.clock()),
    metrics: () => status.metrics(SYSTEM.clock(), more()),
  });
  say(`The state of the pipeline is at ${server.url}/readyz and /metrics.`);
  return server;
}
