import { isUtf8 } from 'node:buffer';
import type { MessageValue } from '../../flight/decode-message.ts';

/** The most bytes that one line may have: memory stays bounded on a file that has no lines at all. */
export const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/** Thrown for a line beyond {@link MAX_LINE_LENGTH}. */
export class LineTooLongError extends Error {
  /** 1-based number of the line in the input. */
  readonly line: number;

  constructor(line: number) {
    super(`line ${line} is longer than ${MAX_LINE_LENGTH} bytes`);
    this.name = 'LineTooLongError';
    this.line = line;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF', 'utf8');

/**
 * Cuts bytes into lines, one list per chunk of bytes that ended at least one line. LF or CRLF ends a line, and neither
 * belongs to it; the last line needs no end. Lines of blanks and tabs alone are left out, and so is a byte order mark at
 * the start; all else stands as it is. A line is text where it is valid UTF-8, and else its bytes.
 *
 * Memory: one chunk and one unfinished line.
 * @throws LineTooLongError
 */
export async function* readLines(
  bytes: AsyncIterable<Uint8Array>,
  maxLength: number = MAX_LINE_LENGTH,
): AsyncGenerator<readonly MessageValue[]> {
  let unfinished: Uint8Array[] = [];
  let length = 0;
  const cutter = new Cutter(maxLength);
  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(LF) + 1;
    if (end === 0) {
      unfinished.push(chunk);
      length += chunk.byteLength;
    } else {
      const lines = cutter.cut(Buffer.concat([...unfinished, chunk.subarray(0, end - 1)]));
      unfinished = [chunk.subarray(end)];
      length = chunk.byteLength - end;
      if (lines.length > 0) yield lines;
    }
    if (cutter.isStuck || length > maxLength) throw new LineTooLongError(cutter.line);
  }
  const lines = cutter.cut(Buffer.concat(unfinished));
  if (lines.length > 0) yield lines;
  if (cutter.isStuck) throw new LineTooLongError(cutter.line);
}

/** Cuts whole lines, and counts them. */
class Cutter {
  /** 1-based number of the next line. */
  line = 1;
  /** Whether the next line is too long. */
  isStuck = false;
  readonly #maxLength: number;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** @param block lines with a LF between each two */
  cut(block: Buffer): MessageValue[] {
    const isFirst = this.line === 1 && block.subarray(0, 3).equals(BYTE_ORDER_MARK);
    const lines: MessageValue[] = [];
    const content = isFirst ? block.subarray(3) : block;
    // Nearly always: all of it is text, and as text it is cut much quicker.
    if (isUtf8(content)) {
      for (const text of content.toString('utf8').split('\n')) {
        if (!this.#counts(text.length > this.#maxLength / 3 ? Buffer.byteLength(text) : 0)) return lines;
        keepText(text, lines);
      }
      return lines;
    }
    for (let start = 0; start <= content.byteLength;) {
      const found = content.indexOf(LF, start);
      const end = found === -1 ? content.byteLength : found;
      const line = content.subarray(start, end);
      if (!this.#counts(line.byteLength)) return lines;
      if (isUtf8(line)) keepText(line.toString('utf8'), lines);
      else lines.push(Uint8Array.from(line.at(-1) === CR ? line.subarray(0, -1) : line));
      start = end + 1;
    }
    return lines;
  }

  #counts(bytes: number): boolean {
    this.isStuck = bytes > this.#maxLength;
    if (!this.isStuck) this.line += 1;
    return !this.isStuck;
  }
}

function keepText(text: string, lines: MessageValue[]): void {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text;
  if (!/^[ \t\r]*$/.test(line)) lines.push(line);
}
