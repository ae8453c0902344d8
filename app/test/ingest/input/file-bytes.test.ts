import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fileBytes, unpacked } from '../../../src/ingest/input/file-bytes.ts';
import { collect, folderOf } from '../folder.ts';

const TEXT = Array.from({ length: 50_000 }, (_, index) => `${index * 7919} `).join('');
const PACKED = gzipSync(TEXT);

async function unpack(packed: Uint8Array, size: number) {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < packed.length; at += size) yield packed.subarray(at, at + size);
  }
  const found: Uint8Array[] = [];
  let error: Error | null = null;
  try {
    for await (const chunk of unpacked(chunks())) found.push(chunk);
  } catch (cause) {
    error = cause as Error;
  }
  return { text: Buffer.concat(found).toString(), error };
}

describe('gzip is unpacked', () => {
  test.each([1000, 100_000])('to what was packed, in chunks of %i bytes', async (size) => {
    expect(await unpack(PACKED, size)).toEqual({ text: TEXT, error: null });
    expect(await unpack(Buffer.concat([PACKED, PACKED]), size)).toEqual({ text: TEXT + TEXT, error: null });
    expect(await unpack(Buffer.concat([PACKED, Buffer.alloc(70_000)]), size)).toEqual({
      text: TEXT,
      error: null,
    });
    expect(await unpack(gzipSync(''), size)).toEqual({ text: '', error: null });
  });

  test.each([1000, 100_000])(
    'up to where it is cut off, and then the error comes, in chunks of %i bytes',
    async (size) => {
      for (const cut of [PACKED.length - 4, PACKED.length / 2, 60]) {
        const { text, error } = await unpack(PACKED.subarray(0, cut), size);
        expect(error?.message).toBe('unexpected end of file');
        expect(TEXT.startsWith(text)).toBe(true);
        expect(text.length).toBeGreaterThan((cut - 60) * 2);
      }
    },
  );

  test('up to where it is damaged', async () => {
    const { text, error } = await unpack(Buffer.from(PACKED).fill(0, 50_000), 1000);
    expect(error).not.toBeNull();
    expect(text.length).toBeGreaterThan(90_000);
    expect((await unpack(Buffer.from('no gzip'), 1000)).error?.message).toBe('incorrect header check');
  });

  test('and an error of the bytes comes after what they gave', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield PACKED.subarray(0, 30_000);
      throw new Error('no disk');
    }
    let length = 0;
    const read = (async () => {
      for await (const chunk of unpacked(failing())) length += chunk.length;
    })();
    await expect(read).rejects.toThrow('no disk');
    expect(length).toBeGreaterThan(50_000);
  });
});

describe('a file is unpacked by what it holds, not by its name', () => {
  test.each([
    ['a.json', TEXT],
    ['a.json', PACKED],
    ['a.json.gz', TEXT],
    ['a.json.zst', PACKED],
    ['a.json.gz', zstdCompressSync(TEXT)],
    ['a.json', ''],
    ['a.json', 'x'],
  ])('%s', async (name, content) => {
    await using folder = await folderOf({ [name]: content });
    const bytes = Buffer.concat(await collect(fileBytes(folder.file(name))));
    expect(bytes.toString()).toBe(content.length < 2 ? content : TEXT);
  });
});
