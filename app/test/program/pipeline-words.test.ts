import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BatchProgress } from '../../src/lake/progress.ts';
import { pipelineWords } from '../../src/program/pipeline-words.ts';

const BATCH: BatchProgress = {
  batch_id: 7,
  started_at_ms: 0,
  duration_ms: 326.4,
  rows_in: 1200,
  rows_silver: 1190,
  rows_quarantined: { duplicate: 6, malformed: 4 },
  rows_late: 0,
  event_time_max: null,
  ingested_at_max_ms: null,
  lag_after: 0,
  duration_by_table_ms: {},
};
const DONE = 'micro-batch 7: 1,200 messages, 1,190 to Silver, 10 to quarantine, 326 ms';

describe('the words of a pipeline', () => {
  let said: string[];
  let logged: Record<string, unknown>[];
  let now: number;
  const words = (isLoud = true): ReturnType<typeof pipelineWords> =>
    pipelineWords({
      log: pino({ level: 'info' }, { write: (line) => logged.push(JSON.parse(line) as never) }),
      say: (text) => said.push(text),
      monotonic: () => now,
      isLoud,
    });
  beforeEach(() => {
    said = [];
    logged = [];
    now = 0;
  });

  it('say a micro-batch, and log it with the sum of its quarantine', () => {
    words().onBatch(BATCH);
    expect(said).toEqual([DONE]);
    expect(logged).toMatchObject([
      { msg: 'micro-batch', batch_id: 7, rows_quarantined: 10, quarantine: { duplicate: 6, malformed: 4 } },
    ]);
  });

  it('say one a second while messages wait, and always the last', () => {
    const { onBatch } = words();
    onBatch({ ...BATCH, lag_after: 5000 });
    now = 999;
    onBatch({ ...BATCH, lag_after: 4000 });
    onBatch(BATCH);
    expect(said).toEqual([`${DONE}, 5,000 to go`, DONE]);
    expect(logged).toHaveLength(3);
  });

  it('log a micro-batch and do not say it where they are not to be loud', () => {
    words(false).onBatch(BATCH);
    expect(said).toEqual([]);
    expect(logged).toHaveLength(1);
  });

  it('say once that timestamps were not believed, loud or not', () => {
    const { onBatch } = words(false);
    onBatch({ ...BATCH, rows_restamped: 3 });
    onBatch({ ...BATCH, rows_restamped: 4 });
    expect(said).toEqual([expect.stringMatching(/^3 messages of micro-batch 7 have a Kafka timestamp/)]);
  });

  it('say trouble once, however often it is tried, until a micro-batch is done', () => {
    const { onBatch, onTrouble } = words(false);
    const error = new Error('Kafka does not answer.');
    onTrouble(error, 1000);
    onTrouble(error, 2000);
    onBatch(BATCH);
    onTrouble(error, 1000);
    expect(said).toEqual(Array(2).fill('Kafka does not answer. Trying again until it works.'));
  });

  it('say of a full disk what it says itself', () => {
    words().onTrouble(Object.assign(new Error('There is no room.'), { code: 'disk-floor' }), 1000);
    expect(said).toEqual(['There is no room.']);
  });

  it('say what was passed over, why, and where it is written down', () => {
    const gap = { partition: 2, from: 10n, to: 1510n, passed_over_at_ms: 0 } as const;
    words().onPassedOver([
      { ...gap, reason: 'expired' },
      { ...gap, reason: 'damaged' },
    ]);
    expect(said).toEqual([
      'Passed over 1,500 messages of partition 2, offsets 10 to 1509: they expired unread. See quarantine.gaps.',
      'Passed over 1,500 messages of partition 2, offsets 10 to 1509: they are damaged. See quarantine.gaps.',
    ]);
    expect(logged).toMatchObject([{ gaps: [{ from: '10', to: '1510' }, { reason: 'damaged' }] }]);
  });

  it('say how a micro-batch that could not be run goes on', () => {
    const { onCut } = words();
    const error = new Error('The engine ended.');
    onCut({ batch_id: 7, messages: 600, error });
    onCut({ batch_id: 7, messages: 0, error });
    expect(said).toEqual([
      'Micro-batch 7 could not be run, it goes on with 600 of its messages. The engine ended.',
      'Micro-batch 7 could not be run, its one message goes to quarantine. The engine ended.',
    ]);
  });
});
