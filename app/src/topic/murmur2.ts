import type { MessageValue } from '../flight/decode-message.ts';

/**
 * The 32-bit murmur2 hash as Kafka's clients compute it (seed 0x9747b28c, signed result), so that a key goes to the
 * same partition here and in Kafka. Source: `org.apache.kafka.common.utils.Utils.murmur2`.
 */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = bytes.length;
  const tail = length & ~3;
  let h = 0x9747b28c ^ length;
  for (let i = 0; i < tail; i += 4) {
    let k =
      byte(bytes, i) | (byte(bytes, i + 1) << 8) | (byte(bytes, i + 2) << 16) | (byte(bytes, i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = length - tail;
  if (rest >= 3) h ^= byte(bytes, tail + 2) << 16;
  if (rest >= 2) h ^= byte(bytes, tail + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ byte(bytes, tail), m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  h ^= h >>> 15;
  return h | 0;
}

function byte(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/**
 * The partition of a message: murmur2 of the UTF-8 bytes of its key, made positive by dropping the sign bit, modulo the
 * number of partitions. Without a key the value is hashed, so the same message always goes to the same partition
 * (Kafka's clients spread messages without a key at random; here the result is reproducible).
 * Source: `org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey`.
 */
export function partitionOf(
  message: { readonly key: string | null; readonly value: MessageValue },
  partitions: number,
): number {
  const hashed = message.key ?? message.value;
  const bytes = typeof hashed === 'string' ? Buffer.from(hashed, 'utf8') : hashed;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}
