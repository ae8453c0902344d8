import type { SourceWord } from '../../flight/source-word.ts';
import type { SpoolState } from '../../topic/spool/outage.ts';

/** How a program that produces stands. */
export interface ProducerStatus {
  /** The newest word of each source, with what is true of the topic. */
  readonly words: readonly SourceWord[];
  /** By source: what is durable, in the topic or in the spool. */
  readonly sent: ReadonlyMap<string, { readonly polls: number; readonly messages: number }>;
  /** Null: no spool. */
  readonly spool: SpoolState | null;
  /** Resident memory. */
  readonly bytes: number;
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

/** The numbers, in the text form of Prometheus. Source: Prometheus, Exposition formats, version 0.0.4. */
export function metricsText({ words, sent, spool, bytes }: ProducerStatus, nowMs: number): string {
  const metric = (
    name: string,
    help: string,
    values: readonly (readonly [labels: string, value: number])[],
  ): string =>
    values.length === 0
      ? ''
      : `# HELP contrail_${name} ${help}\n# TYPE contrail_${name} gauge\n${values.map(([labels, value]) => `contrail_${name}${labels} ${value}\n`).join('')}`;
  const each = (value: (word: SourceWord) => number | null) =>
    words.flatMap((word) => {
      const found = value(word);
      return found === null ? [] : [[label({ source: word.source }), found] as const];
    });
  const one = (value: number | undefined): readonly (readonly [string, number])[] =>
    value === undefined ? [] : [['', value]];
  const sums = [...sent];
  return [
    metric(
      'source_ok',
      '1 while a source works and the topic takes its polls, else 0',
      each(({ state }) => (state === 'ok' ? 1 : 0)),
    ),
    metric(
      'source_credits_left',
      'Credits until the next refill',
      each((word) => word.credits_left),
    ),
    metric(
      'source_events',
      'How often a thing happened since a source began; docs/feeds.md lists them',
      words.flatMap(({ source, counters = {} }) =>
        Object.entries(counters).map(([event, times]) => [label({ source, event }), times] as const),
      ),
    ),
    metric(
      'produce_polls',
      'Polls that are in the topic, or in the spool before it',
      sums.map(([source, { polls }]) => [label({ source }), polls]),
    ),
    metric(
      'produce_messages',
      'Their messages',
      sums.map(([source, { messages }]) => [label({ source }), messages]),
    ),
    metric(
      'topic_away_seconds',
      'Since when the topic takes no poll; 0 while it does',
      one(spool === null ? undefined : spool.awayFromMs === null ? 0 : (nowMs - spool.awayFromMs) / 1000),
    ),
    metric('spool_polls', 'Polls that wait on the disk for the topic', one(spool?.polls)),
    metric('spool_bytes', 'Bytes that they take', one(spool?.bytes)),
    metric('spool_dropped_polls', 'Polls that were lost for want of room', one(spool?.dropped.polls)),
    metric('produce_resident_memory_bytes', 'Resident memory of the process', one(bytes)),
  ].join('');
}

const label = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(
      ([name, value]) =>
        `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
    )
    .join(',')}}`;
