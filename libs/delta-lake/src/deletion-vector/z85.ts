import { DeltaError } from '../errors.ts';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const DIGIT_OF: ReadonlyMap<string, number> = new Map(Array.from(ALPHABET, (digit, value) => [digit, value]));

/**
 * Decodes Z85: five digits of base 85, most significant first, are four bytes.
 * Source: ZeroMQ RFC 32; Delta protocol, "Deletion Vector Descriptor Schema".
 * @throws DeltaError corrupt-log when the text is not Z85.
 */
export function decodeZ85(text: string): Uint8Array {
  if (text.length % 5 !== 0) throw notZ85(text);
  const bytes = new Uint8Array((text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let group = 0; group < text.length / 5; group++) {
    let word = 0;
    for (const digit of text.slice(group * 5, group * 5 + 5)) {
      const value = DIGIT_OF.get(digit);
      if (value === undefined) throw notZ85(text);
      word = word * 85 + value;
    }
    if (word > 0xffff_ffff) throw notZ85(text);
    view.setUint32(group * 4, word);
  }
  return bytes;
}

function notZ85(text: string): DeltaError {
  return new DeltaError('corrupt-log', `"${text.slice(0, 40)}" of a deletion vector is not Z85.`);
}
