const LF = 0x0a;
const CR = 0x0d;
/** The longest line of BaseStation has about 200 bytes; a longer line is not BaseStation. */
export const MAX_LINE_BYTES = 1024;

/** A line, or the beginning of one that is too long. */
export interface Line {
  readonly text: string;
  readonly isTooLong: boolean;
}

/**
 * Cuts a stream of bytes into lines, however packets cut it. CR, LF or both end a line; empty lines are none. A line longer
 * than {@link MAX_LINE_BYTES} is passed over to its end, so memory is bounded whatever comes. Bytes are read as Latin-1:
 * the format is ASCII, and no byte is lost.
 */
export class LineCutter {
  /** The beginning of a line whose end has not come, at most {@link MAX_LINE_BYTES}. */
  #begun = '';
  #isTooLong = false;

  /** The lines that end in `bytes`. */
  cut(bytes: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte !== LF && byte !== CR) continue;
      this.#take(bytes, start, at);
      start = at + 1;
      if (this.#begun !== '') lines.push({ text: this.#begun, isTooLong: this.#isTooLong });
      this.#begun = '';
      this.#isTooLong = false;
    }
    this.#take(bytes, start, bytes.length);
    return lines;
  }

  #take(bytes: Uint8Array, start: number, end: number): void {
    if (end === start || this.#isTooLong) return;
    const room = MAX_LINE_BYTES - this.#begun.length;
    this.#isTooLong = end - start > room;
    const length = Math.min(end - start, room);
    this.#begun += Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
  }
}
