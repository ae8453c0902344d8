import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { OpenSkySource } from '../../../src/ingest/opensky/opensky-source.ts';
import { Recorder } from '../../../src/ingest/record/recorder.ts';
import { ReplaySource } from '../../../src/ingest/replay/replay-source.ts';
import { askOverHttp } from '../../../src/program/ask-over-http.ts';
import { collect, folderOf } from '../folder.ts';
import { credentials, setting } from '../opensky/setting.ts';
import { unpacked } from '../unpacked.ts';

async function recorded(
  it: Awaited<ReturnType<typeof setting>>,
  folder: string,
  more: { readonly maxBytes?: number; readonly polls?: number; readonly ask?: typeof askOverHttp } = {},
) {
  const recorder = new Recorder(folder, more.maxBytes ?? 1_000_000, it.world.clock);
  await recorder.open();
  const source = new OpenSkySource(
    { credits: 'even', credentials, ...it.mock.urls },
    { ...it.world, fetch: recorder.ask(more.ask ?? askOverHttp) },
  );
  return recorder.record(source, { maxPolls: more.polls ?? 3 });
}
const filesIn = async (folder: string) => (await readdir(folder)).toSorted();

describe('a recorder', () => {
  test('keeps answers as they came, one a file, which replay plays; no token is among them', async () => {
    await using folder = await folderOf({});
    await using it = await setting();
    const bodies: string[] = [];
    const heard: typeof askOverHttp = async (url, init) => {
      const answer = await askOverHttp(url, init);
      if (init.method === 'GET') bodies.push('');
      const { body } = answer;
      return body === null
        ? answer
        : {
            ...answer,
            body: {
              cancel: () => body.cancel(),
              async *[Symbol.asyncIterator]() {
                for await (const bytes of body) {
                  if (init.method === 'GET')
                    bodies.push(`${bodies.pop() ?? ''}${Buffer.from(bytes).toString()}`);
                  yield bytes;
                }
              },
            },
          };
    };
    const counts = await recorded(it, folder.path, { ask: heard });
    const names = await filesIn(folder.path);
    expect(names[0]).toMatch(/^20261123T1200\d{5}Z-0000\.json\.zst$/);
    const texts = await Promise.all(
      names.map(async (name) => zstdDecompressSync(await readFile(join(folder.path, name))).toString()),
    );
    expect(texts).toEqual(bodies);
    expect(counts).toMatchObject({ answers: 3, removed: 0 });
    expect(texts.join('')).not.toContain('access_token');
    const polls = await collect(new ReplaySource(folder.path, it.world).polls({}));
    expect(polls.map((poll) => unpacked(poll).vectors[0]?.icao24)).toEqual(Array(3).fill('ab1644'));
  });

  test('keeps no answer that was of no use, so that replay can read them all', async () => {
    await using folder = await folderOf({});
    await using it = await setting();
    it.mock.faults.push({ kind: 'body', body: '{"time":1' }, { kind: 'body', body: '<html>' });
    expect(await recorded(it, folder.path, { polls: 2 })).toMatchObject({ answers: 2 });
    expect((await collect(new ReplaySource(folder.path, it.world).polls({}))).length).toBe(2);
  });

  test('removes the oldest answers beyond its limit, those of an earlier run too, and nothing else', async () => {
    await using folder = await folderOf({ 'mine.json.zst': 'not a recording', 'notes.txt': 'x' });
    await using it = await setting();
    const { bytes } = await recorded(it, folder.path, { polls: 2 });
    const before = await filesIn(folder.path);
    const counts = await recorded(it, folder.path, { polls: 2, maxBytes: Math.ceil(bytes * 1.5) });
    const after = await filesIn(folder.path);
    expect(counts.removed).toBe(1);
    expect(counts.bytes).toBeLessThanOrEqual(Math.ceil(bytes * 1.5));
    expect(after).toEqual(expect.arrayContaining(['mine.json.zst', 'notes.txt']));
    expect(after).not.toContain(before[0]);
    expect(after.length).toBe(5);
  });
});
