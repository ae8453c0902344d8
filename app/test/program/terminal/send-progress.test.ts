import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { IngestCounts } from '../../../src/ingest/ingest.ts';
import { SendProgress } from '../../../src/program/terminal/send-progress.ts';

const counts = (
  messages: number,
  file?: { readonly done: number; readonly total: number },
): IngestCounts => ({
  polls: 1,
  messages,
  simulated: 0,
  real: messages,
  firstSimulated: false,
  malformed: 0,
  ...file,
});

describe('the progress of sending, where nobody watches', () => {
  let nowMs = 0;
  const said: string[] = [];
  const progress = (): SendProgress => {
    nowMs = 0;
    said.length = 0;
    return new SendProgress(() => nowMs, { speak: (text) => said.push(text), stream: new PassThrough() });
  };

  it('is a line at the first poll of a live source, and then at most one in ten seconds', () => {
    using lines = progress();
    for (let second = 0; second <= 20; second += 1) {
      nowMs = 1000 * second;
      lines.show(counts(100 * (second + 1)));
    }
    expect(said).toEqual(['100 messages sent', '1,100 messages sent', '2,100 messages sent']);
  });

  it('is a line every two seconds for a file, with how much of it is done', () => {
    using lines = progress();
    for (const [atMs, messages] of [
      [1999, 1000],
      [2000, 2000],
      [3000, 3000],
      [4100, 4000],
    ] as const) {
      nowMs = atMs;
      lines.show(counts(messages, { done: messages, total: 6001 }));
    }
    expect(said).toEqual(['2,000 messages sent (33 %)', '4,000 messages sent (66 %)']);
  });
});
