import { crc32 } from 'node:zlib';
import type { DeletionVectorDescriptor } from '../../src/actions/deletion-vector.ts';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** Z85 of the bytes, filled up with zeros to a multiple of four. */
export function encodeZ85(bytes: Uint8Array): string {
  const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  let text = '';
  for (let at = 0; at < padded.length; at += 4) {
    const word = padded.readUInt32BE(at);
    for (const power of [85 ** 4, 85 ** 3, 85 ** 2, 85, 1]) text += ALPHABET[Math.floor(word / power) % 85];
  }
  return text;
}

/** A vector of these row indexes, in array containers only; less than 4096 to a container. */
export function encodeRoaring(indexes: readonly number[]): Buffer {
  const bitmaps = groups(indexes, 2 ** 32);
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const u16s = (values: readonly number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);
  const out = [u32(1_681_511_377), u32(bitmaps.length), u32(0)];
  for (const [high, low] of bitmaps) {
    const containers = groups(low, 65_536);
    out.push(u32(high), u32(12_346), u32(containers.length));
    out.push(u16s(containers.flatMap(([key, values]) => [key, values.length - 1])));
    let offset = 8 + containers.length * 8;
    for (const [, values] of containers) {
      out.push(u32(offset));
      offset += values.length * 2;
    }
    for (const [, values] of containers) out.push(u16s(values));
  }
  return Buffer.concat(out);
}

/** A file of these vectors, with a descriptor for each but for how the file is named. */
export function deletionVectorFile(vectors: readonly (readonly number[])[]): {
  readonly body: Buffer;
  readonly descriptors: readonly Pick<DeletionVectorDescriptor, 'offset' | 'sizeInBytes' | 'cardinality'>[];
} {
  let body = Buffer.of(1);
  const descriptors = vectors.map((indexes) => {
    const data = encodeRoaring(indexes);
    const [head, foot] = [Buffer.alloc(4), Buffer.alloc(4)];
    head.writeUInt32BE(data.length);
    foot.writeUInt32BE(crc32(data));
    const offset = body.length;
    body = Buffer.concat([body, head, data, foot]);
    return { offset, sizeInBytes: data.length, cardinality: indexes.length };
  });
  return { body, descriptors };
}

function groups(values: readonly number[], span: number): [number, number[]][] {
  const found = new Map<number, number[]>();
  for (const value of values.toSorted((a, b) => a - b)) {
    const key = Math.floor(value / span);
    found.set(key, [...(found.get(key) ?? []), value % span]);
  }
  return [...found];
}
