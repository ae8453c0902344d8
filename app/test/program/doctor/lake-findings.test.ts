import { describe, expect, it } from 'vitest';
import { pipelineFinding, sourceFindings } from '../../../src/program/doctor/lake-findings.ts';
import type { Progress } from '../../../src/lake/progress.ts';
import type { LakeFacts } from '../../../src/pipeline/facts.ts';

const NOW = 1_790_000_000_000;
const progress = (change: Partial<Progress>): Progress => ({
  at_ms: NOW - 1000,
  started_at_ms: NOW - 100_000,
  state: 'waiting',
  message: null,
  engine: 'duckdb',
  trigger_ms: 5000,
  simulated: true,
  batch_id: 7,
  topic: { name: 't', partitions: [] },
  batches: [],
  ...change,
});
const facts = (change: Partial<LakeFacts>): LakeFacts => ({
  finished: 7,
  open: null,
  held: 9,
  unread: 0,
  ...change,
});
const OPEN = { batch_id: 8, planned_at_ms: NOW - 600_000, offsets: 1234 };

describe('what doctor says of a pipeline', () => {
  it('that has never run: nothing is wrong', () => {
    expect(pipelineFinding(null, facts({ finished: null }), NOW)).toMatchObject({
      ok: true,
      found: 'has not run on this lake yet',
    });
  });

  it('that was stopped, also after a run without messages: the newest micro-batch that is finished', () => {
    const found = pipelineFinding(
      progress({ state: 'stopped', batch_id: null, at_ms: NOW - 1e8 }),
      facts({}),
      NOW,
    );
    expect(found).toMatchObject({ ok: true });
    expect(found.found).toBe(
      'stopped with duckdb, reported 28 h ago; micro-batch 7 is the newest that is finished',
    );
  });

  it('that waits for a service: it goes on by itself', () => {
    const found = pipelineFinding(progress({ message: 'Kafka does not answer.' }), facts({}), NOW);
    expect(found).toMatchObject({ ok: true, found: expect.stringMatching(/: Kafka does not answer\.$/) });
  });

  it('that works on a micro-batch: what is open is no trouble', () => {
    expect(pipelineFinding(progress({ state: 'running' }), facts({ open: OPEN }), NOW).ok).toBe(true);
  });

  it('whose first micro-batch fails at every start: what failed, and that nothing is finished', () => {
    const failed = progress({ state: 'failed', message: 'Memory ran out.', batch_id: null });
    const open = { ...OPEN, batch_id: 1 };
    expect(pipelineFinding(failed, facts({ finished: null, open }), NOW)).toEqual({
      check: 'pipeline',
      ok: false,
      found:
        'failed 1 s ago: Memory ran out. (no micro-batch is finished yet, micro-batch 1 of 1,234 messages was planned 10 min ago and is not finished)',
      advice: 'do what the message says, then start it again',
    });
  });

  it('that was killed in a micro-batch, and advises to start it again', () => {
    const silent = progress({ state: 'running', at_ms: NOW - 300_000 });
    const found = pipelineFinding(silent, facts({ open: OPEN }), NOW);
    expect(found.ok).toBe(false);
    expect(found.found).toMatch(/^ended without a report after "running" 5 min ago.*micro-batch 8 of 1,234/);
    expect(found.advice).toMatch(/^start it again: .*MEMORY_LIMIT/);
  });

  it('whose report is of another version or gone: the lake tells', () => {
    expect(pipelineFinding(null, facts({ open: OPEN }), NOW)).toMatchObject({
      ok: false,
      found: expect.stringContaining('micro-batch 8 of 1,234 messages was planned 10 min ago'),
    });
  });
});

describe('what doctor says of the sources', () => {
  it('names the next poll and the credits, and asks a person only where a source was not let in', () => {
    const word = { source: 'opensky', message: null, at_ms: 1_000, credits_left: null, notices: [] };
    const found = sourceFindings(
      progress({
        sources: [
          { ...word, state: 'ok', next_poll_at_ms: 46_000, credits_left: 62 },
          { ...word, state: 'rate-limited', next_poll_at_ms: 99_000, message: 'Until\n14:05.' },
          { ...word, state: 'unauthorized', next_poll_at_ms: null, message: 'Not let in.' },
          { ...word, state: 'ended', next_poll_at_ms: 46_000 },
        ],
      }),
      5_000,
    );
    expect(found.map(({ ok, found: text }) => [ok, text])).toEqual([
      [true, 'opensky is ok, said 4 s ago, next in 41 s, 62 credits left'],
      [true, 'opensky is rate-limited, said 4 s ago, next in 94 s: Until 14:05.'],
      [false, 'opensky is unauthorized, said 4 s ago: Not let in.'],
      [true, 'opensky is ended, said 4 s ago'],
    ]);
  });
});
