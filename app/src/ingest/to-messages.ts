import { decodeMessage, type MessageValue } from '../flight/decode-message.ts';
import { encodeStateVector } from '../flight/state-vector.ts';
import { PackedMessages } from '../topic/packed-messages.ts';
import { keyOf } from './key.ts';
import type { Poll } from './source.ts';

/** The messages of a poll, and how many of them are of which kind. */
export interface Received {
  readonly messages: PackedMessages;
  readonly simulated: number;
  readonly real: number;
  readonly firstSimulated: boolean | null;
  readonly malformed: number;
}

/** Makes a poll messages that were received at a time. */
export function toMessages(
  poll: Poll,
  timestamp_ms: number,
  simulatedSource: boolean | null,
  label: string | undefined,
): Received {
  if (poll.kind === 'packed') {
    const { messages, vectors, others } = poll;
    messages.timestamp_ms = timestamp_ms;
    const isSimulated = simulatedSource === true;
    return {
      messages,
      simulated: isSimulated ? vectors : 0,
      real: isSimulated ? 0 : vectors,
      firstSimulated: vectors === 0 ? null : isSimulated,
      malformed: others,
    };
  }
  const messages = new PackedMessages(timestamp_ms);
  let simulated = 0;
  let malformed = 0;
  let firstSimulated: boolean | null = null;
  const count = (feed: unknown): void => {
    const isSimulated = feed === 'simulator';
    firstSimulated ??= isSimulated;
    if (isSimulated) simulated += 1;
  };
  if (poll.kind === 'vectors') {
    for (const vector of poll.vectors) {
      count(vector.feed);
      const value = encodeStateVector(label === undefined ? vector : { ...vector, source: label });
      messages.add(keyOf(vector.icao24), value);
    }
    // No message in the sense of the contract, whatever they say: they are of neither kind.
    for (const value of poll.others ?? []) messages.add(null, value);
    malformed = poll.others?.length ?? 0;
  } else {
    for (const value of poll.values) {
      const { fields } = decodeMessage(value);
      if (fields === null) malformed += 1;
      else count(fields.feed);
      messages.add(fields === null ? keyOfMalformed(value) : keyOf(fields.icao24), value);
    }
  }
  const real = messages.length - simulated - malformed;
  return { messages, simulated, real, firstSimulated, malformed };
}

/** The aircraft of an object, even if another field of it is bad. */
function keyOfMalformed(line: MessageValue): string | null {
  if (typeof line !== 'string') return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'icao24' in value ? keyOf(value.icao24) : null;
  } catch {
    return null; // No JSON at all: the pipeline says so in the quarantine.
  }
}
