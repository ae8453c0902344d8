import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { withPauses } from '../../../src/ingest/input/with-pauses.ts';
import { collect } from '../folder.ts';

async function* three(): AsyncGenerator<number> {
  yield 1;
  yield 2;
  yield 3;
}

describe('a stream with its pauses', () => {
  it('gives what comes, in order, and ends with it', async () => {
    expect(await collect(withPauses(three(), 60_000))).toEqual([1, 2, 3]);
  });

  it('gives null while nothing comes, and goes on', async () => {
    const stream = new PassThrough({ objectMode: true });
    const seen: unknown[] = [];
    stream.write('a');
    for await (const item of withPauses(stream as AsyncIterable<unknown>, 5)) {
      seen.push(item);
      if (seen.length === 2) stream.write('b');
      if (item === 'b') stream.end();
    }
    expect(seen.filter((item) => item !== null)).toEqual(['a', 'b']);
    expect(seen[1]).toBeNull();
  });

  it('fails as the stream does', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new Error('cut off');
    }
    await expect(collect(withPauses(broken(), 60_000))).rejects.toThrow('cut off');
  });

  it('does not keep a reader who leaves', async () => {
    const stream = new PassThrough({ objectMode: true });
    for await (const item of withPauses(stream as AsyncIterable<unknown>, 1)) {
      expect(item).toBeNull();
      break;
    }
    stream.destroy();
  });
});
