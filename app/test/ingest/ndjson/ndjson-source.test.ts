import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ContrailError } from '../../../src/errors.ts';
import { LineTooLongError, MAX_LINE_LENGTH, readLines } from '../../../src/ingest/ndjson/lines.ts';
import { LINES_PER_POLL, NdjsonSource } from '../../../src/ingest/ndjson/ndjson-source.ts';
import type { Poll } from '../../../src/ingest/source.ts';
import { collect, folderOf } from '../folder.ts';

const linesOf = (polls: readonly Poll[]) =>
  polls.flatMap((poll) => (poll.kind === 'messages' ? poll.values : []));

async function* bytesOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('lines', () => {
  const text = '\uFEFF{"a":"é✈"}\r\n\n  \t\r\n not json \n{"b":1}\r\n{"last":"🛩"}';
  const expected = ['{"a":"é✈"}', ' not json ', '{"b":1}', '{"last":"🛩"}'];

  test.each([1, 2, 3, 7, 1000])('are the same whatever the chunks, here of %i bytes', async (size) => {
    expect((await collect(readLines(bytesOf(text, size)))).flat()).toEqual(expected);
  });

  test('of an empty input are none', async () => {
    expect(await collect(readLines(bytesOf('', 1)))).toEqual([]);
    expect(await collect(readLines(bytesOf('\r\n\n', 1)))).toEqual([]);
  });

  test.each([1, 2, 3, 7, 1000])('that are not UTF-8 stay bytes, here in chunks of %i', async (size) => {
    const bytes = Buffer.concat([
      Buffer.from('\uFEFF{"a":"é"}\n'),
      Buffer.from('{"a":"\xe9"}\r\n\n', 'latin1'),
      Buffer.from([0, 0, 0, 1, 200, 10]),
      Buffer.from('{"b":"✈"}'),
    ]);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    expect((await collect(readLines(chunks()))).flat()).toEqual([
      '{"a":"é"}',
      Uint8Array.from(Buffer.from('{"a":"\xe9"}', 'latin1')),
      Uint8Array.of(0, 0, 0, 1, 200),
      '{"b":"✈"}',
    ]);
  });

  test('that never end are refused by number instead of filling memory', async () => {
    const read = collect(readLines(bytesOf(`ok\n${'x'.repeat(50)}`, 8), 20));
    await expect(read).rejects.toThrow(LineTooLongError);
    await expect(read).rejects.toThrow('line 2');
  });
});

describe('an ndjson source', () => {
  test('passes the lines of a pipe on while they come slowly, not by the thousand', async () => {
    const stdin = new PassThrough();
    const seen: unknown[] = [];
    stdin.write('{"i":0}\n{"i":1}\n');
    for await (const poll of new NdjsonSource('-', { stdin }).polls({})) {
      seen.push(linesOf([poll]));
      if (seen.length === 1) stdin.end('{"i":2}\n');
    }
    expect(seen).toEqual([['{"i":0}', '{"i":1}'], ['{"i":2}']]);
  });

  const many = Array.from({ length: LINES_PER_POLL + 1 }, (_, index) => `{"i":${index}}`);

  test('yields lines in order, in polls of some thousands, with the bytes behind and in all', async () => {
    await using folder = await folderOf({ 'a.ndjson': many.join('\n') });
    const polls = await collect(new NdjsonSource(folder.file('a.ndjson')).polls({}));
    expect(linesOf(polls)).toEqual(many);
    expect(polls.length).toBe(2);
    const last = polls[1];
    expect(last?.kind === 'messages' && [last.done, last.total]).toEqual([
      many.join('\n').length,
      many.join('\n').length,
    ]);
  });

  test('unpacks .gz and counts its packed bytes', async () => {
    const packed = gzipSync(many.join('\r\n'));
    await using folder = await folderOf({ 'a.ndjson.gz': packed });
    const polls = await collect(new NdjsonSource(folder.file('a.ndjson.gz')).polls({}));
    expect(linesOf(polls)).toEqual(many);
    expect(polls.at(-1)).toMatchObject({ done: packed.length, total: packed.length });
  });

  test('reads standard input for -', async () => {
    const stdin = Readable.from([Buffer.from('{"a":1}\n{"b"'), Buffer.from(':2}')]);
    const polls = await collect(new NdjsonSource('-', { stdin }).polls({}));
    expect(linesOf(polls)).toEqual(['{"a":1}', '{"b":2}']);
    expect(polls[0]).not.toHaveProperty('total');
  });

  test('stops when the signal fires, without an error', async () => {
    await using folder = await folderOf({ 'a.ndjson': many.join('\n') });
    const stop = new AbortController();
    const source = new NdjsonSource(folder.file('a.ndjson'), { linesPerPoll: 10 });
    let lines = 0;
    for await (const poll of source.polls({ signal: stop.signal })) {
      lines += linesOf([poll]).length;
      stop.abort();
    }
    expect(lines).toBeGreaterThan(0);
  });

  test('stops when the signal fires while standard input stands still', async () => {
    const stop = new AbortController();
    const stdin = new Readable({ read: () => setImmediate(() => stop.abort()) });
    const standing = new NdjsonSource('-', { stdin });
    await expect(collect(standing.polls({ signal: stop.signal }))).resolves.toEqual([]);
    await expect(collect(standing.polls({ signal: stop.signal }))).resolves.toEqual([]);
  });

  test('names the file that is not there, is a folder, or whose gzip stream is cut off', async () => {
    const packed = gzipSync(many.join('\n'));
    await using folder = await folderOf({ 'cut.gz': packed.subarray(0, packed.length / 2) });
    for (const path of [folder.file('absent'), folder.path, folder.file('cut.gz')]) {
      const read = collect(new NdjsonSource(path).polls({}));
      await expect(read).rejects.toMatchObject({ kind: 'invalid', code: 'ndjson-unreadable' });
      await expect(read).rejects.toThrow(path);
    }
  });

  test('says how many messages were sent before a file is cut off or a line too long, and sends them all', async () => {
    const long = 'x'.repeat(MAX_LINE_LENGTH + 1);
    await using folder = await folderOf({
      'long.ndjson': [...many.slice(0, 7), long, ...many.slice(7)].join('\n'),
      'cut.gz': gzipSync(many.join('\n')).subarray(0, -8),
    });
    for (const [name, found] of [
      ['long.ndjson', /line 8 is longer than 16777216 bytes\. 7 messages of it were sent/],
      ['cut.gz', /unexpected end of file\. 500\d messages of it were sent/],
    ] as const) {
      const polls: Poll[] = [];
      const read = (async () => {
        for await (const poll of new NdjsonSource(folder.file(name)).polls({})) polls.push(poll);
      })();
      const error = await read.then(
        () => null,
        (cause: unknown) => cause as ContrailError,
      );
      expect(error?.message).toMatch(found);
      expect(error?.facts['sent']).toBe(linesOf(polls).length);
    }
  });

  test('keeps a poll small where lines are long', async () => {
    await using folder = await folderOf({
      'a.ndjson': Array.from({ length: 5 }, () => 'x'.repeat(5_000_000)).join('\n'),
    });
    const polls = await collect(new NdjsonSource(folder.file('a.ndjson')).polls({}));
    expect(polls.map((poll) => linesOf([poll]).length)).toEqual([2, 2, 1]);
  });
});
