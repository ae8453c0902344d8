import { describe, expect, it } from 'vitest';
import type { DeletionVectorDescriptor } from '../../src/actions/deletion-vector.ts';
import { contextOf } from '../../src/context/context.ts';
import { readDeletionVector } from '../../src/deletion-vector/read.ts';
import { decodeZ85 } from '../../src/deletion-vector/z85.ts';
import { localStore, memoryStore } from '../../src/index.ts';
import { temporaryFolder } from '../tables.ts';
import { deletionVectorFile, encodeRoaring, encodeZ85 } from './encode.ts';

const UUID = 'd2c639aa-8816-431a-aaf6-d3fe2512ff61';
/** The protocol's own example of a path with a prefix. */
const PREFIXED = 'ab^-aqEH.-t@S}K{vb[*k^';
const PREFIXED_KEY = `ab/deletion_vector_${UUID}.bin`;
const ROWS = [[1, 5, 70_000], [0]];

describe('Z85', () => {
  it('is decoded as in RFC 32 and in the protocol', () => {
    expect(Buffer.from(decodeZ85('HelloWorld')).toString('hex')).toBe('864fd26fb559f75b');
    expect(Buffer.from(decodeZ85('^-aqEH.-t@S}K{vb[*k^')).toString('hex')).toBe(UUID.replaceAll('-', ''));
  });

  it('is decoded to lengths that are no multiple of four, as delta-kernel-rs writes them', () => {
    expect([...decodeZ85('HelloWorld##093')].slice(8)).toEqual([3, 0]);
    expect([...decodeZ85('HelloWorld#0005')].slice(8)).toEqual([0, 0, 5]);
    expect([...decodeZ85('HelloWorld###30')].slice(8)).toEqual([255]);
  });

  it.each(['abcd', 'abc"e', '#####', '##%%%', '####0', '##093Hello'])('is refused otherwise: %s', (text) => {
    expect(() => decodeZ85(text)).toThrow(expect.objectContaining({ code: 'corrupt-log' }));
  });
});

describe('a deletion vector', () => {
  const { body, descriptors } = deletionVectorFile(ROWS);
  const read = async (
    descriptor: Partial<DeletionVectorDescriptor>,
    file: Uint8Array = body,
  ): Promise<number[]> => {
    const store = memoryStore();
    await store.put(PREFIXED_KEY, file);
    const whole = { storageType: 'u', pathOrInlineDv: PREFIXED, ...descriptors[0], ...descriptor };
    return [...(await readDeletionVector(contextOf(store), whole as DeletionVectorDescriptor))];
  };

  it('is read from a file of several, by its offset', async () => {
    expect(await read({})).toEqual(ROWS[0]);
    expect(await read({ ...descriptors[1] })).toEqual(ROWS[1]);
  });

  it('is read from the log itself, as Delta writes it', async () => {
    const inline = '^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L';
    const sizes = { sizeInBytes: 44, cardinality: 6 };
    expect(await read({ storageType: 'i', pathOrInlineDv: inline, ...sizes })).toEqual([3, 4, 7, 11, 18, 29]);
  });

  it('is read from the log itself without the padding', async () => {
    for (const rows of [[3], [3, 4], [3, 4, 7]]) {
      const data = encodeRoaring(rows);
      const sizes = { sizeInBytes: data.length, cardinality: rows.length };
      expect(await read({ storageType: 'i', pathOrInlineDv: encodeZ85(data), ...sizes })).toEqual(rows);
    }
  });

  it('is read from an absolute path', async () => {
    const folder = temporaryFolder();
    await localStore(folder).put('a folder/vectors.bin', body);
    for (const pathOrInlineDv of [
      `file://${folder}/a%20folder/vectors.bin`,
      `${folder}/a%20folder/vectors.bin`,
    ]) {
      expect(await read({ storageType: 'p', pathOrInlineDv })).toEqual(ROWS[0]);
    }
  });

  it.each([
    ['missing-file', 'its file is missing', { pathOrInlineDv: 'b0^-aqEH.-t@S}K{vb[*k^' }, body],
    ['corrupt-file', 'the number of rows differs', { cardinality: 4 }, body],
    ['corrupt-file', 'its size differs', { sizeInBytes: 12 }, body],
    ['corrupt-file', 'its file ends too early', { sizeInBytes: 1000 }, body],
    ['corrupt-file', 'a bit has changed', {}, flipped(body, 20)],
    [
      'corrupt-file',
      'its checksum has changed',
      {},
      flipped(body, 1 + 4 + (descriptors[0]?.sizeInBytes ?? 0)),
    ],
    ['corrupt-file', 'its file has another version', {}, flipped(body, 0)],
    ['corrupt-log', 'its name is not Z85', { pathOrInlineDv: 'ab^-aqEH.-t@S}K{vb[*k"' }, body],
    ['unsupported-feature', 'it is stored in an unknown way', { storageType: 'x' }, body],
  ])('is refused as %s when %s', async (code, _, descriptor, file) => {
    await expect(read(descriptor, file)).rejects.toMatchObject({ code });
  });

  it('is refused when it is longer inline than the log says', async () => {
    const data = encodeRoaring([3, 4, 7]);
    const inline = { storageType: 'i', pathOrInlineDv: encodeZ85(data), cardinality: 3 };
    await expect(read({ ...inline, sizeInBytes: data.length - 4 })).rejects.toMatchObject({
      code: 'corrupt-file',
    });
    await expect(read({ ...inline, sizeInBytes: data.length + 1 })).rejects.toMatchObject({
      code: 'corrupt-file',
    });
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
