import { describe, expect, it } from 'vitest';
import { single } from '../../../src/metrics/exposition.ts';
import { PipelineStatus } from '../../../src/program/status/pipeline-status.ts';
import { PROGRESS } from '../../dashboard/progress-fixture.ts';

const NOW_MS = PROGRESS.at_ms + 1000;
const told = (change: object, nowMs = NOW_MS) => {
  const status = new PipelineStatus();
  status.take({ ...PROGRESS, ...change });
  return status.readiness(nowMs);
};

describe('the status of a pipeline', () => {
  it('is not ready before it has begun, and has the numbers of its process already', () => {
    const status = new PipelineStatus();
    expect(status.readiness(NOW_MS)).toEqual({ isReady: false, text: 'pipeline: has not begun\n' });
    const text = status.metrics(NOW_MS, [single('contrail_disk_free_bytes', 12)]);
    expect(text).toContain('\nprocess_resident_memory_bytes ');
    expect(text).toContain('\ncontrail_disk_free_bytes 12\n');
  });

  it('is ready while messages become rows, or would', () => {
    expect(told({})).toEqual({
      isReady: true,
      text: 'pipeline: running\n  newest micro-batch: 7, messages that wait: 10\n',
    });
    expect(told({ state: 'waiting' }).isReady).toBe(true);
  });

  it.each([
    [{ state: 'waiting', message: 'Kafka is away.' }, 'pipeline: waiting\n  Kafka is away.\n'],
    [{ state: 'failed', message: 'It broke.' }, 'pipeline: failed\n  It broke.\n'],
    [{ state: 'starting' }, 'pipeline: starting\n'],
  ])('is not ready when it says %j', (change, text) => {
    expect(told(change)).toEqual({ isReady: false, text: expect.stringContaining(text) });
  });

  it('is not ready when it has said nothing for long, at its trigger', () => {
    expect(told({}, PROGRESS.at_ms + 59_000).isReady).toBe(true);
    expect(told({}, PROGRESS.at_ms + 61_000)).toEqual({
      isReady: false,
      text: expect.stringContaining('pipeline: silent for 61 s\n'),
    });
    expect(told({ trigger_ms: 30_000 }, PROGRESS.at_ms + 89_000).isReady).toBe(true);
  });

  it('shows notices, as of a wrong clock, without being unready for them', () => {
    expect(told({ notices: ['The clock is 300 s behind.'] })).toEqual({
      isReady: true,
      text: expect.stringContaining('  The clock is 300 s behind.\n'),
    });
  });

  it('tells of the sources as the page does: one that polls each 864 s and keeps its pace is ok', () => {
    const status = new PipelineStatus();
    const word = { source: 'opensky', state: 'ok', message: null, credits_left: 62, notices: [] } as const;
    status.take({
      ...PROGRESS,
      sources: [
        {
          ...word,
          at_ms: NOW_MS - 800_000,
          next_poll_at_ms: NOW_MS + 64_000,
          counters: { requests: 3, spool_polls: 2 },
        },
      ],
      feeds: [{ feed: 'opensky', snapshot: NOW_MS / 1000 - 800, pace_s: 864 }],
    });
    const text = status.metrics(NOW_MS, []);
    expect(text).toContain('contrail_source_state{source="opensky",state="ok"} 1\n');
    expect(text).toContain('contrail_source_age_seconds{source="opensky"} 800\n');
    expect(text).toContain('contrail_source_pace_seconds{source="opensky"} 864\n');
    expect(text).toContain('contrail_source_credits_left{source="opensky"} 62\n');
    expect(text).toContain('contrail_source_events_total{source="opensky",event="requests"} 3\n');
    expect(text).toContain('contrail_source_spooled_polls{source="opensky"} 2\n');
    expect(text).not.toContain('spool_polls"');
  });
});
