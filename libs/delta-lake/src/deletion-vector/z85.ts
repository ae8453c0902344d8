import { DeltaError } from '../errors.ts';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const DIGIT_OF: ReadonlyMap<string, number> = new Map(Array.from(ALPHABET, (digit, value) => [digit, value]));

/**
 * Decodes Z85: five digits of base 85, most significant first, are four bytes. A last group may begin with one to three
 * `#`, each for one byte less. Z85 itself has no such group; the Rust crate `z85` writes it, and so does
 * delta-kernel-rs.
 * Source: ZeroMQ RFC 32; Delta protocol, "Deletion Vector Descriptor Schema".
 * @throws DeltaError corrupt-log when the text is not Z85.
 */
export function decodeZ85(text: string): Uint8Array {
  if (text.length % 5 !== 0) throw notZ85(text);
  const missing = /^#{1,3}/.exec(text.slice(-5))?.[0].length ?? 0;
  const bytes = new Uint8Array((text.length / 5) * 4 - missing);
  let at = 0;
  for (let start = 0; start < text.length; start += 5) {
    const isShort = missing > 0 && start + 5 === text.length;
    const length = isShort ? 4 - missing : 4;
    let word = 0;
    for (const digit of text.slice(isShort ? start + missing : start, start + 5)) {
      const value = DIGIT_OF.get(digit);
      if (value === undefined) throw notZ85(text);
      word = word * 85 + value;
    }
    if (word >= 256 ** length) throw notZ85(text);
    for (let i = length - 1; i >= 0; i--) bytes[at++] = Math.floor(word / 256 ** i) % 256;
  }
  return bytes;
}

function notZ85(text: string): DeltaError {
  return new DeltaError('corrupt-log', `"${text.slice(0, 40)}" is not Z85.`);
}
