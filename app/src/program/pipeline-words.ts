import type { Logger } from 'pino';
import type { Gap } from '../pipeline/batch-record.ts';
import type { PipelineOptions } from '../pipeline/pipeline.ts';
import { count } from './terminal/say.ts';

/** What {@link pipelineWords} needs. */
export interface Speech {
  readonly log: Logger;
  /** Prints sentences for people. */
  readonly say: (text: string) => void;
  /** Milliseconds that only go forward. */
  readonly monotonic: () => number;
  /** Whether each micro-batch is printed too, at most one a second while messages wait. */
  readonly isLoud: boolean;
}

type Events =
  | 'onBatch'
  | 'onPassedOver'
  | 'onStranger'
  | 'onKept'
  | 'onUpkeepTrouble'
  | 'onCut'
  | 'onTrouble';

/**
 * The output of a pipeline: a log line for each event, and a sentence for what a person should know. A problem that
 * stays the same is printed once, until a micro-batch is done. Implausible timestamps are reported once.
 */
export function pipelineWords({
  log,
  say,
  monotonic,
  isLoud,
}: Speech): Required<Pick<PipelineOptions, Events>> {
  let spoken = -Infinity;
  let trouble: string | null = null;
  let isRestampingTold = false;
  let shortage: string | null = null;
  return {
    onBatch: (batch) => {
      if (batch.rows_restamped !== undefined && !isRestampingTold) {
        isRestampingTold = true;
        const message = `${count(batch.rows_restamped)} messages of micro-batch ${batch.batch_id} have a Kafka timestamp before 2000 or ahead of this machine's clock. Contrail uses the time of the micro-batch as their time of receipt. Make their producer send milliseconds since 1970, or set the topic's message.timestamp.type to LogAppendTime.`;
        log.warn({ batch_id: batch.batch_id, rows_restamped: batch.rows_restamped }, message);
        say(message);
      }
      const quarantined = Object.values(batch.rows_quarantined).reduce((sum, rows) => sum + rows, 0);
      trouble = null;
      log.info(
        { ...batch, rows_quarantined: quarantined, quarantine: batch.rows_quarantined },
        'micro-batch',
      );
      if (!isLoud || (batch.lag_after > 0 && monotonic() - spoken < 1000)) return;
      spoken = monotonic();
      const lag = batch.lag_after > 0 ? `, ${count(batch.lag_after)} to go` : '';
      say(
        `micro-batch ${batch.batch_id}: ${count(batch.rows_in)} messages, ${count(batch.rows_silver)} to Silver, ${count(quarantined)} to quarantine, ${Math.round(batch.duration_ms)} ms${lag}`,
      );
    },
    onPassedOver: (gaps) => {
      log.warn(
        { gaps: gaps.map((gap) => ({ ...gap, from: String(gap.from), to: String(gap.to) })) },
        'passed over',
      );
      for (const gap of gaps) say(passedOver(gap));
    },
    onStranger: (key) =>
      log.warn({ file: key }, 'a file in the folder of batch records is not a batch record and is ignored'),
    onKept: ({ bytes, budget_bytes, notice }, deleted) => {
      for (const one of deleted) log.info({ ...one }, 'deleted as KEEP says');
      log.debug({ bytes, budget_bytes }, 'size of the lake');
      if (notice !== null && notice !== shortage) {
        log.warn({ bytes, budget_bytes }, notice);
        say(notice);
      }
      shortage = notice;
    },
    onUpkeepTrouble: (error) => log.warn({ error: String(error) }, 'maintenance of the tables failed'),
    onCut: ({ batch_id, messages, error }) => {
      log.warn({ batch_id, messages, error: error.message }, 'micro-batch cut');
      const now =
        messages === 0
          ? 'its one message goes to quarantine'
          : `it goes on with ${count(messages)} of its messages`;
      say(`Micro-batch ${batch_id} could not be run, ${now}. ${error.message}`);
    },
    onTrouble: (error, retryInMs) => {
      log.debug({ error: error.message, retry_in_ms: retryInMs }, 'trying again');
      const isFloor = 'code' in error && error.code === 'disk-floor';
      if (trouble !== error.message)
        say(isFloor ? error.message : `${error.message} Trying again until it works.`);
      trouble = error.message;
    },
  };
}

const passedOver = ({ partition, from, to, reason }: Gap): string =>
  `Passed over ${count(Number(to - from))} messages of partition ${partition}, offsets ${from} to ${to - 1n}: ${reason === 'expired' ? 'they expired unread' : 'they are damaged'}. See quarantine.gaps.`;
