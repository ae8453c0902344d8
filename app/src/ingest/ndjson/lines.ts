/** The most characters that one line may have: memory stays bounded on a file that has no lines at all. */
export const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/** Thrown for a line beyond {@link MAX_LINE_LENGTH}. */
export class LineTooLongError extends Error {
  /** 1-based number of the line in the input. */
  readonly line: number;

  constructor(line: number) {
    super(`line ${line} is longer than ${MAX_LINE_LENGTH} characters`);
    this.name = 'LineTooLongError';
    this.line = line;
  }
}

/**
 * Cuts UTF-8 bytes into lines, one list per chunk of bytes that ended at least one line. LF or CRLF ends a line, and
 * neither belongs to it; the last line needs no end. Lines of blanks and tabs alone are left out, and so is a byte
 * order mark at the start; all else stands as it is. Bytes that are no UTF-8 become U+FFFD.
 *
 * Memory: one chunk and one unfinished line.
 * @throws LineTooLongError
 */
export async function* readLines(
  bytes: AsyncIterable<Uint8Array>,
  maxLength: number = MAX_LINE_LENGTH,
): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let unfinished = '';
  let line = 1;
  const check = (text: string) => {
    if (text.length > maxLength) throw new LineTooLongError(line);
  };
  for await (const chunk of bytes) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n');
    const last = pieces.pop() ?? '';
    const lines: string[] = [];
    for (const piece of pieces) {
      const text = unfinished + piece;
      unfinished = '';
      if (text.length > maxLength && lines.length > 0) yield lines.splice(0);
      check(text);
      line += 1;
      keep(text, lines);
    }
    unfinished += last;
    if (lines.length > 0) yield lines;
    check(unfinished);
  }
  const lines: string[] = [];
  keep(unfinished + decoder.decode(), lines);
  if (lines.length > 0) yield lines;
}

function keep(text: string, lines: string[]): void {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text;
  if (!/^[ \t\r]*$/.test(line)) lines.push(line);
}
