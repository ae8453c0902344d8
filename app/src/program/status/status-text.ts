import type { SourceWord } from '../../flight/source-word.ts';
import { expositionText, type Figure, figure, single } from '../../metrics/exposition.ts';
import { processFigures } from '../../metrics/process.ts';
import { sourceFigures, type SourceState } from '../../metrics/sources.ts';
import type { SpoolState } from '../../topic/spool/outage.ts';

/** How a program that produces stands. */
export interface ProducerStatus {
  /** The newest word of each source, with what is true of the topic. */
  readonly words: readonly SourceWord[];
  /** By source: what is durable, in the topic or in the spool. */
  readonly sent: ReadonlyMap<string, { readonly polls: number; readonly messages: number }>;
  /** Null: no spool. */
  readonly spool: SpoolState | null;
  /** More numbers, as of the disk. */
  readonly more: readonly Figure[];
}

/** Whether all polls reach the topic, and a line for each source. */
export function readiness({ words, spool }: ProducerStatus): {
  readonly isReady: boolean;
  readonly text: string;
} {
  const isWell = ({ state }: SourceWord): boolean => ['ok', 'waiting', 'ended'].includes(state);
  const lines = words.map(({ source, state, message, notices }) =>
    [`${source}: ${state}`, message, ...notices].filter((part) => part !== null).join('\n  '),
  );
  return {
    isReady: (spool?.awayFromMs ?? null) === null && words.every(isWell),
    text: `${lines.length === 0 ? 'no source has said anything yet' : lines.join('\n')}\n`,
  };
}

/** The numbers, in the text form of Prometheus. */
export const metricsText = (status: ProducerStatus, nowMs: number): string =>
  expositionText(producerFigures(status, nowMs));

function producerFigures({ words, sent, spool, more }: ProducerStatus, nowMs: number): readonly Figure[] {
  const sums = [...sent].map(([source, counts]) => ({ labels: { source }, ...counts }));
  const away = spool === null || spool.awayFromMs === null ? 0 : (nowMs - spool.awayFromMs) / 1000;
  return [
    ...sourceFigures(words.map((word) => ({ ...word, state: stateOf(word) }))),
    figure(
      'contrail_produce_polls_total',
      sums.map(({ labels, polls }) => [labels, polls]),
    ),
    figure(
      'contrail_produce_messages_total',
      sums.map(({ labels, messages }) => [labels, messages]),
    ),
    single('contrail_topic_away_seconds', spool === null ? null : away),
    single('contrail_spool_polls', spool?.polls),
    single('contrail_spool_bytes', spool?.bytes),
    single('contrail_spool_dropped_polls_total', spool?.dropped.polls),
    ...processFigures(),
    ...more,
  ];
}

/** Whether it keeps its pace, only the pipeline knows. */
const stateOf = ({ state }: SourceWord): SourceState =>
  state === 'ok' || state === 'waiting' || state === 'ended' ? state : 'failed';
