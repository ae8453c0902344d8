/** Texts, quoted names, comments, numbers and words are one piece each; so is any other character. */
const PIECE = /[rR]?'(?:[^']|'')*'|`[^`]*`|--[^\n]*|\/\*.*?\*\/|\d[\w.]*|[A-Za-z_]\w*|./gs;

/** SQL cut into pieces, which together are the text. */
export const piecesOf = (sql: string): readonly string[] => sql.match(PIECE) ?? [];

/** The position after the bracket that closes the one at `open`; -1 where none does. */
export function afterBracket(pieces: readonly string[], open: number): number {
  let depth = 0;
  for (let at = open; at < pieces.length; at++) {
    if (pieces[at] === '(') depth += 1;
    if (pieces[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return -1;
}
