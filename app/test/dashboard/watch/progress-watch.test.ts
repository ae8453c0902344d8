import { memoryStore } from '@contrail/delta-lake';
import { expect, it } from 'vitest';
import { progressLooker, shownProgress } from '../../../src/dashboard/watch/progress-watch.ts';
import { PROGRESS_FILE } from '../../../src/lake/progress.ts';
import { PROGRESS } from '../progress-fixture.ts';

it('what a pipeline says is cut to what a page can show', () => {
  const notices = ['one\nline', 'a', 'b', 'c', 'd', 'e'];
  const shown = shownProgress({ ...PROGRESS, message: 'x'.repeat(9000), notices });
  expect(shown.message).toHaveLength(600);
  expect(shown.notices).toEqual(['one line', 'a', 'b', 'c', 'd']);
  expect(shownProgress(PROGRESS)).toEqual(PROGRESS);
});

it('a look at the progress file tells what changed since the last one, and that the file is gone', async () => {
  const store = memoryStore();
  const look = progressLooker(store);
  expect(await look()).toEqual({ kind: 'same' });
  await store.put(PROGRESS_FILE, JSON.stringify(PROGRESS));
  expect(await look()).toEqual({ kind: 'changed', progress: PROGRESS });
  expect(await look()).toEqual({ kind: 'same' });
  await store.delete(PROGRESS_FILE);
  expect(await look()).toEqual({ kind: 'changed', progress: null });
});
