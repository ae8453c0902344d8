import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Up to this length, in UTF-16 units, texts are kept unpacked: packing the texts of a small table saves too little. */
const PLAIN_LENGTH = 12 * 2 ** 20;
/** Texts are packed in blocks of about this length. */
const BLOCK_LENGTH = 2 ** 19;
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

type PartitionValues = Readonly<Record<string, string | null>>;

/**
 * Keeps what the files of a table have in common, while a log is read. Their statistics are much alike and seldom asked
 * for: a kilobyte each as they are, a tenth of that packed; asking in the order of the files unpacks each block once. The
 * files of a partition share one object for its values.
 */
export class FileTexts {
  #length = 0;
  #open = new TextBlock();
  readonly #partitions = new Map<string, PartitionValues>();

  /** These values, or an equal object that is kept already. */
  partitionValues(values: PartitionValues): PartitionValues {
    // No two partitions have one text: a separator of our own could be part of a name or a value.
    const key = JSON.stringify(values);
    const known = this.#partitions.get(key);
    if (known) return known;
    this.#partitions.set(key, values);
    return values;
  }

  /** The block that the next text goes into; null while texts are few enough to be kept as they are. */
  blockFor(text: string): TextBlock | null {
    this.#length += text.length;
    if (this.#length <= PLAIN_LENGTH) return null;
    if (this.#open.isFull) {
      this.#open.close();
      this.#open = new TextBlock();
    }
    return this.#open;
  }
}

/** The block that was unpacked last: a walk through a table asks for its texts one after the other. */
let unpacked: { readonly block: TextBlock; readonly texts: readonly string[] } | null = null;

/** A block of neighbouring texts, packed together. */
export class TextBlock {
  #length = 0;
  #texts: string[] | null = [];
  #lengths = new Uint32Array(0);
  #packed = new Uint8Array(0);

  /** Answers the number of the text in the block. */
  add(text: string): number {
    this.#length += text.length;
    return (this.#texts?.push(text) ?? 0) - 1;
  }

  text(index: number): string {
    return this.#all()[index] ?? '';
  }

  get isFull(): boolean {
    return this.#length >= BLOCK_LENGTH;
  }

  /** Packs the block; it takes no more texts. */
  close(): void {
    const texts = this.#texts ?? [];
    this.#lengths = Uint32Array.from(texts, ({ length }) => length);
    this.#packed = zstdCompressSync(texts.join(''), FASTEST);
    this.#texts = null;
  }

  #all(): readonly string[] {
    if (this.#texts) return this.#texts;
    if (unpacked?.block !== this) unpacked = { block: this, texts: this.#unpack() };
    return unpacked.texts;
  }

  #unpack(): readonly string[] {
    const whole = zstdDecompressSync(this.#packed).toString('utf8');
    let end = 0;
    return Array.from(this.#lengths, (length) => whole.slice(end, (end += length)));
  }
}
