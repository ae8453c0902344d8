import { memoryStore, type ObjectStore } from '@contrail/delta-lake';
import { beforeEach, describe, expect, it } from 'vitest';
import { OpenFolders } from '../../../src/engine/spark/open-folders.ts';
import { Storage } from '../../../src/engine/spark/storage.ts';

const FOLDER = 'silver/flights/0f3a';

describe('folders that are being written', () => {
  let store: ObjectStore;
  let storage: Storage;
  let folders: OpenFolders;
  beforeEach(() => {
    store = memoryStore();
    storage = new Storage(store);
    folders = new OpenFolders(storage, 'notes');
  });
  const keys = async (prefix = ''): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { key } of store.list(prefix)) found.push(key);
    return found;
  };

  it('are noted until the job has ended, and hold what it wrote', async () => {
    const answer = await folders.during(FOLDER, async () => {
      expect(await keys('notes/')).toHaveLength(1);
      await store.put(`${FOLDER}/part-0.parquet`, 'rows');
      return 1;
    });
    expect(answer).toBe(1);
    expect(await keys()).toEqual([`${FOLDER}/part-0.parquet`]);
  });

  it('are emptied when the job fails, the hidden too, and nothing else is', async () => {
    await store.put('silver/flights/0f3b/part-0.parquet', 'of another job');
    const job = folders.during(FOLDER, async () => {
      await store.put(`${FOLDER}/_temporary/0/part-0.parquet`, 'rows');
      throw new Error('executors are gone');
    });
    await expect(job).rejects.toThrow('executors are gone');
    expect(await keys()).toEqual(['silver/flights/0f3b/part-0.parquet']);
  });

  it('are found by their notes after the process has died', async () => {
    const hasBegun = Promise.withResolvers<string>();
    void folders.during(FOLDER, async () => {
      await store.put(`${FOLDER}/_temporary/0/part-0.parquet`, 'rows');
      hasBegun.resolve((await keys('notes/'))[0] ?? '');
      await new Promise<never>(() => {});
    });
    await OpenFolders.discard(storage, await hasBegun.promise);
    expect(await keys(FOLDER)).toEqual([]);
  });

  it.each(['silver/flights', 'silver', '', '../outside/0f3a', 'silver/flights/../flights', '%E0%A4'])(
    'are nobody else’s: a note that names "%s" has nothing removed',
    async (folder) => {
      await store.put('silver/flights/part-0.parquet', 'rows');
      await store.put('outside/0f3a/file', 'x');
      const inner = new Storage(store.at('silver'));
      const note = folder.startsWith('%') ? folder : encodeURIComponent(folder);
      for (const place of [storage, inner])
        await OpenFolders.discard(place, `notes/${note}`).catch(() => undefined);
      expect(await keys()).toEqual(['outside/0f3a/file', 'silver/flights/part-0.parquet']);
    },
  );
});
