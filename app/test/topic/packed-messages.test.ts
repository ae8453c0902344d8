import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PackedMessages } from '../../src/topic/packed-messages.ts';
import type { Message } from '../../src/topic/topic.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.nat({ max: 40_000 }).map((length) => 'ü'.repeat(length)),
);
const message = fc.record({
  key: fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme', maxLength: 8 })),
  value: fc.oneof(
    text,
    fc.uint8Array({ maxLength: 9 }).map((bytes) => Uint8Array.from([0xff, ...bytes])),
  ),
});

const packed = (messages: readonly Omit<Message, 'timestamp_ms'>[], timestamp_ms = 7): PackedMessages => {
  const all = new PackedMessages(timestamp_ms);
  for (const { key, value } of messages) all.add(key, value);
  return all;
};
const wellFormed = (value: string | Uint8Array): string | Uint8Array =>
  typeof value === 'string' ? value.toWellFormed() : value;

test('gives back what was added, in order, also from its bytes and from several that were put together', () => {
  const lists = fc.array(fc.array(message, { maxLength: 20 }), { maxLength: 4 });
  const property = fc.property(lists, (parts) => {
    const expected = parts
      .flat()
      .map(({ key, value }) => ({ key, value: wellFormed(value), timestamp_ms: 7 }));
    const all = new PackedMessages(7);
    for (const part of parts) all.takeAll(packed(part));
    for (const whole of [all, packed(parts.flat())]) {
      expect([...whole]).toEqual(expected);
      expect(whole.length).toBe(expected.length);
      const bytes = Buffer.concat(whole.pieces());
      expect([...PackedMessages.from(bytes, 7)]).toEqual(expected);
    }
  });
  fc.assert(property, { numRuns: 100 });
});

test('may be added to after it was put together, and leaves none where it took from', () => {
  const first = packed([{ key: 'a', value: '1' }]);
  const all = packed([{ key: null, value: '0' }]);
  all.takeAll(first);
  all.add('b', '2');
  first.add('c', '3');
  expect([...all].map(({ value }) => value)).toEqual(['0', '1', '2']);
  expect([...first].map(({ value }) => value)).toEqual(['3']);
  all.release();
  expect([...all]).toEqual([]);
});

test('refuses bytes that are cut off', () => {
  const bytes = Buffer.concat(packed([{ key: 'a', value: 'text' }]).pieces());
  for (let length = 1; length < bytes.length; length += 1)
    expect(() => PackedMessages.from(bytes.subarray(0, length), 7)).toThrow('cut off');
});
