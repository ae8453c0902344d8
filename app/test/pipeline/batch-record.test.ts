import { describe, expect, it } from 'vitest';
import { type BatchRecord, parseRecord, recordText } from '../../src/pipeline/batch-record.ts';

const RECORD: BatchRecord = {
  batch_id: 1,
  topic: 'opensky-data',
  topic_id: 'b6c1',
  recorded_at_ms: 1_700_000_000_000,
  ranges: [
    { partition: 0, start: 0n, end: 2n ** 62n },
    { partition: 1, start: 7n, end: 7n },
  ],
  marks: [{ partition: 0, offset: 2n ** 62n, mark: '5+3:aa' }],
  gaps: [{ partition: 0, from: 3n, to: 5n, reason: 'expired', passed_over_at_ms: 1_700_000_000_001 }],
  losses: [
    {
      partition: 10_001,
      from: 7n,
      to: null,
      messages: null,
      reason: 'replaced',
      found_at_ms: 1_700_000_000_002,
    },
    { partition: 1, from: 2n, to: 7n, messages: 3n, reason: 'lost', found_at_ms: 1_700_000_000_002 },
  ],
  tables: { 'bronze/flights': 0 },
  amendment: 2,
};
const TEXT = recordText(RECORD);

describe('a batch record', () => {
  it('is read as it was written, with all digits of its offsets', () => {
    expect(parseRecord(TEXT, 1, 'here')).toEqual(RECORD);
    const { topic_id: _, ...older } = RECORD;
    expect(parseRecord(recordText(older), 1, 'here')).toEqual(older);
  });

  it.each([
    ['is empty', ''],
    ['is cut off', TEXT.slice(0, 40)],
    ['is another JSON', '[1]'],
    ['has the number of another', TEXT.replace('"batch_id":1', '"batch_id":2')],
    ['does not name a topic', TEXT.replace('"topic"', '"theme"')],
    ['has an id that is no text', TEXT.replace('"b6c1"', '7')],
    ['was recorded at no time', TEXT.replace('1700000000000', 'null')],
    ['lacks its ranges', TEXT.replace('"ranges"', '"others"')],
    ['has ranges that are none', TEXT.replace('[{', '[4,{')],
    ['has an offset that is not a number', TEXT.replace('"end":"7"', '"end":"many"')],
    ['has an offset below 0', TEXT.replace('"start":"0"', '"start":"-1"')],
    ['ends before it starts', TEXT.replace('"end":"7"', '"end":"6"')],
    ['has a mark that is no text', TEXT.replace('"5+3:aa"', '7')],
    ['has a gap without a reason', TEXT.replace('"expired"', '"lost"')],
    ['has a loss without a reason', TEXT.replace('"replaced"', '"expired"')],
    ['has a loss without an end', TEXT.replace('"to":null', '"to":7')],
    ['has a gap of nothing', TEXT.replace('"to":"5"', '"to":"3"')],
    ['counts its tables otherwise', TEXT.replace('flights":0', 'flights":"0"')],
    ['has a partition twice', TEXT.replace('"partition":1', '"partition":0')],
  ])('that %s is refused by its name, with what to do', (_, text) => {
    expect(() => parseRecord(text, 1, 'here')).toThrow(
      /^The record of micro-batch 1, here, cannot be used: .*\. Restore it, if you have a copy .* "contrail repair"/,
    );
  });
});
