import { memoryStore } from '@contrail/delta-lake';
import { describe, expect, it } from 'vitest';
import { parseProgress, PROGRESS_FILE, readProgress } from '../../src/lake/progress.ts';
import { PROGRESS } from '../dashboard/progress-fixture.ts';

describe('a progress file', () => {
  it('is read when it is one, and unknown rather than wrong when it is not', () => {
    expect(parseProgress(JSON.stringify(PROGRESS))).toEqual(PROGRESS);
    // Of a version that said more.
    expect(parseProgress(JSON.stringify({ ...PROGRESS, tables: {} }))).toMatchObject(PROGRESS);
    const broken = [
      '',
      'null',
      '{}',
      JSON.stringify({ ...PROGRESS, state: 'dreaming' }),
      JSON.stringify({ ...PROGRESS, trigger_ms: null }),
      JSON.stringify({ ...PROGRESS, batches: [null] }),
      JSON.stringify({ ...PROGRESS, notices: [1] }),
      JSON.stringify(PROGRESS).slice(0, -1),
    ];
    expect(broken.map(parseProgress)).toEqual(broken.map(() => null));
  });

  it('is unknown, and no failure, where no pipeline has run', async () => {
    const store = memoryStore();
    expect(await readProgress(store)).toBeNull();
    await store.put(PROGRESS_FILE, JSON.stringify(PROGRESS));
    expect(await readProgress(store)).toEqual(PROGRESS);
  });
});
