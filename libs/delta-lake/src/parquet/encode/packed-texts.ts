const UTF8 = new TextEncoder();

/** Below this many characters a loop over ASCII is faster than the native encoder. */
const SHORT_TEXT = 64;

/** Texts and byte strings, each after its length in four bytes, little-endian. Source: Parquet, "Encodings", PLAIN. */
export class PackedTexts {
  #bytes: Uint8Array;
  /** Offsets: value n is between entries n and n + 1; the first begins at 0. */
  readonly #ends: Uint32Array;

  /** `count`: how many cells are not null. `size`: the bytes that they take if all texts are ASCII. */
  constructor(cells: ArrayLike<unknown>, count: number, size: number) {
    this.#bytes = new Uint8Array(size);
    this.#ends = new Uint32Array(count + 1);
    let at = 0;
    let value = 0;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as string | Uint8Array | null | undefined;
      if (cell === null || cell === undefined) continue;
      at = typeof cell === 'string' ? this.#putText(cell, at) : this.#putBytes(cell, at);
      this.#ends[++value] = at;
    }
  }

  /** The values `[from, to)`. */
  bytes(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(this.#ends[from], this.#ends[to]);
  }

  #putText(text: string, at: number): number {
    const { length } = text;
    const start = at + 4;
    let bytes = this.#ensure(start + length);
    let end = start;
    if (length <= SHORT_TEXT) {
      while (end - start < length) {
        const code = text.charCodeAt(end - start);
        if (code > 0x7f) break;
        bytes[end++] = code;
      }
    }
    const done = end - start;
    if (done < length) {
      bytes = this.#ensure(end + 3 * (length - done));
      end += UTF8.encodeInto(done === 0 ? text : text.slice(done), bytes.subarray(end)).written;
    }
    putLength(bytes, at, end - start);
    return end;
  }

  #putBytes(value: Uint8Array, at: number): number {
    const bytes = this.#ensure(at + 4 + value.byteLength);
    putLength(bytes, at, value.byteLength);
    bytes.set(value, at + 4);
    return at + 4 + value.byteLength;
  }

  #ensure(size: number): Uint8Array {
    if (this.#bytes.byteLength < size) {
      const grown = new Uint8Array(Math.max(size, 2 * this.#bytes.byteLength));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return this.#bytes;
  }
}

function putLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length;
  bytes[at + 1] = length >>> 8;
  bytes[at + 2] = length >>> 16;
  bytes[at + 3] = length >>> 24;
}
