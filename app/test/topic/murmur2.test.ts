import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from '../../src/topic/murmur2.ts';

// From Apache Kafka, clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java, testMurmur2.
const VECTORS: readonly (readonly [text: string, hash: number])[] = [
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
];

describe('murmur2', () => {
  it.each(VECTORS)('hashes %s as the Kafka client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });
});

describe('partitionOf', () => {
  it.each(VECTORS)(
    'drops the sign bit of the hash of %s and takes the rest modulo the partitions',
    (key, hash) => {
      for (const partitions of [1, 4, 7]) {
        expect(partitionOf({ key, value: 'any' }, partitions)).toBe((hash & 0x7fffffff) % partitions);
      }
    },
  );

  it('takes the value where there is no key, and the empty key as a key', () => {
    expect(partitionOf({ key: null, value: 'foobar' }, 64)).toBe((-790_332_482 & 0x7fffffff) % 64);
    expect(partitionOf({ key: '', value: 'foobar' }, 64)).toBe((murmur2(new Uint8Array()) & 0x7fffffff) % 64);
  });

  it('spreads addresses evenly over 4 partitions', () => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 8_000; i++) {
      const partition = partitionOf({ key: (0x3c0000 + i * 37).toString(16), value: '' }, 4);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(1_800);
  });
});
