import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** How a body can travel, the smallest first. Source: RFC 9110, section 8.4.1; RFC 7932. */
export const ENCODINGS = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** A body shorter than this gains nothing. */
const LEAST_BYTES = 1024;
/** Half the time of the default, and a few percent larger. */
const BROTLI_QUALITY = 5;

const squeeze: Readonly<Record<Exclude<Encoding, 'identity'>, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gzip: promisify(gzip) as (bytes: Uint8Array) => Promise<Uint8Array>,
};

/** The best of our encodings that a request takes. Source: RFC 9110, section 12.5.3. */
export function encodingFor(accepted: string | undefined): Encoding {
  const weights = new Map(
    (accepted ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((one) => one.trim().toLowerCase());
      const weight = parameters.find((one) => one.startsWith('q='));
      return [name, weight === undefined ? 1 : Number(weight.slice(2))] as const;
    }),
  );
  const weightOf = (name: Encoding): number =>
    name === 'identity' ? Number.MIN_VALUE : (weights.get(name) ?? weights.get('*') ?? 0);
  return ENCODINGS.reduce((best, one) => (weightOf(one) > weightOf(best) ? one : best));
}

/** A text that is sent to many: it is encoded once in each way that somebody wants. */
export class Body {
  readonly #plain: Uint8Array<ArrayBuffer>;
  readonly #made = new Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>();

  constructor(text: string) {
    this.#plain = new TextEncoder().encode(text);
  }

  /** What to send to a request with this `Accept-Encoding`, and how it is encoded. */
  async for(
    accepted: string | undefined,
  ): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly encoding: Encoding }> {
    const encoding = this.#plain.length < LEAST_BYTES ? 'identity' : encodingFor(accepted);
    if (encoding === 'identity') return { bytes: this.#plain, encoding };
    const made =
      this.#made.get(encoding) ?? squeeze[encoding](this.#plain).then((bytes) => Uint8Array.from(bytes));
    this.#made.set(encoding, made);
    return { bytes: await made, encoding };
  }
}
