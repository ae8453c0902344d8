/**
 * What DuckDB and Spark take as one piece: a text in single quotes, where a quote is doubled (Spark's raw `r'…'` too); a
 * name in double quotes or backticks; a comment; `::`, the cast; a `:marker`, which does not follow directly on a name or
 * a bracket, since `v:field` reaches into a value; a number; a word; blanks. So is any other character. A backslash
 * escapes nothing: our SQL has none but in raw texts, and literals of ours have none.
 */
const PIECE =
  /[rR]?'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*|::|(?<![\w\])`'"]):[A-Za-z_]\w*|\d[\w.]*|[A-Za-z_]\w*|\s+|./gs;

/** SQL cut into pieces, which together are the text. Only what is taken is cut. */
export function* cutIntoPieces(sql: string): Generator<string, undefined, undefined> {
  const pattern = new RegExp(PIECE);
  for (let match = pattern.exec(sql); match !== null; match = pattern.exec(sql)) {
    if (match[0] === '/*') pattern.lastIndex = endOfComment(sql, match.index);
    yield sql.slice(match.index, pattern.lastIndex);
  }
}

/** All pieces of a text. */
export const piecesOf = (sql: string): readonly string[] => [...cutIntoPieces(sql)];

/** Comments nest: the end of the one that begins at `start`, or of the text when it has none. */
function endOfComment(sql: string, start: number): number {
  let depth = 0;
  for (const { 0: mark, index } of sql.slice(start).matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) return start + index + 2;
  }
  return sql.length;
}

/** The name of a `:marker`, or null for any other piece. */
export const markerIn = (piece: string): string | null =>
  piece.startsWith(':') && piece !== '::' && piece.length > 1 ? piece.slice(1) : null;

/** Whether a piece means nothing: blanks and comments. */
export const isSilent = (piece: string | undefined): boolean =>
  piece !== undefined && (/^\s/.test(piece) || piece.startsWith('--') || piece.startsWith('/*'));

/** The position of the first piece from one on that means something; the number of pieces when none does. */
export function next(pieces: readonly string[], from: number): number {
  let at = from;
  while (isSilent(pieces[at])) at += 1;
  return at;
}

/** The same backwards; -1 when none does. */
export function previous(pieces: readonly string[], from: number): number {
  let at = from;
  while (isSilent(pieces[at])) at -= 1;
  return at;
}

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

/** A keyword, or what stands at its place, in small letters. */
export const wordAt = (pieces: readonly string[], at: number): string => (pieces[at] ?? '').toLowerCase();

/** Every word of a text, also in its comments and quotes, in small letters: nothing is decided by what it is. */
export const wordsIn = (sql: string): ReadonlySet<string> => new Set(sql.toLowerCase().match(/\w+/g));
