import type { StateVector } from '../../src/flight/state-vector.ts';
import type { Poll } from '../../src/ingest/source.ts';
import type { PackedMessages } from '../../src/topic/packed-messages.ts';

/** What a poll of packed messages holds, as a person reads it. */
export function unpacked(poll: Poll | { readonly messages: PackedMessages; readonly vectors: number }): {
  readonly vectors: readonly StateVector[];
  readonly others: readonly string[];
} {
  if (!('messages' in poll)) throw new Error('Its messages are not packed.');
  const texts = [...poll.messages].map(({ value }) => String(value));
  return {
    vectors: texts.slice(0, poll.vectors).map((text) => JSON.parse(text) as StateVector),
    others: texts.slice(poll.vectors),
  };
}
