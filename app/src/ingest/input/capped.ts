import { UnusableInputError } from './unusable-input.ts';

/** The most bytes, unpacked, that one answer or one recorded answer may have. The whole world is 2 MB. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Passes bytes on and counts them, so that input without end (or a small one that unpacks to gigabytes) is refused when
 * it has grown too large, and not when memory is full. Every feed reads through it.
 * @throws UnusableInputError beyond `maxBytes`
 */
export async function* capped(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_ANSWER_BYTES,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > maxBytes) throw new UnusableInputError(`it is larger than ${inUnits(maxBytes)}`);
    yield chunk;
  }
}

/** The first `maxBytes` of a text, for answers of which only the beginning is of interest. */
export async function readText(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let left = maxBytes;
  for await (const chunk of bytes) {
    text += decoder.decode(chunk.subarray(0, left), { stream: true });
    left -= chunk.length;
    if (left <= 0) break;
  }
  return text + decoder.decode();
}

const inUnits = (bytes: number): string =>
  bytes >= 1_048_576 ? `${Math.round(bytes / 1_048_576)} MiB` : `${bytes} bytes`;
