/**
 * One piece of SQL for DuckDB and Spark: a text in single quotes, with quotes in it doubled (also Spark's raw `r'…'`);
 * a name in double quotes or backticks; a comment; `::`, the cast; a `:marker`, which must not follow directly after a
 * name or a bracket, because `v:field` reads a field; a number; a word; blanks; any other character. A backslash
 * escapes nothing: our SQL has backslashes only in raw texts, and our literals have none.
 */
const PIECE =
  /[rR]?'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*|::|(?<![\w\])`'"]):[A-Za-z_]\w*|\d[\w.]*|[A-Za-z_]\w*|\s+|./gs;

/** Cuts SQL into pieces, which together are the text. Cuts only as many pieces as are taken. */
export function* cutIntoPieces(sql: string): Generator<string, undefined, undefined> {
  const pattern = new RegExp(PIECE);
  for (let match = pattern.exec(sql); match !== null; match = pattern.exec(sql)) {
    if (match[0] === '/*') pattern.lastIndex = endOfComment(sql, match.index);
    yield sql.slice(match.index, pattern.lastIndex);
  }
}

/** All pieces of a text. */
export const piecesOf = (sql: string): readonly string[] => [...cutIntoPieces(sql)];

/** The end of the comment that begins at `start`, or of the text if the comment is not closed. Comments nest. */
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

/** Whether a piece has no meaning: blanks and comments. */
export const isSilent = (piece: string | undefined): boolean =>
  piece !== undefined && (/^\s/.test(piece) || piece.startsWith('--') || piece.startsWith('/*'));

/** The position of the first piece with a meaning, from a position on; the number of pieces if there is none. */
export function next(pieces: readonly string[], from: number): number {
  let at = from;
  while (isSilent(pieces[at])) at += 1;
  return at;
}

/** The same backwards; -1 if there is none. */
export function previous(pieces: readonly string[], from: number): number {
  let at = from;
  while (isSilent(pieces[at])) at -= 1;
  return at;
}

/** The position after the bracket that closes the one at `open`; -1 if it is not closed. */
export function afterBracket(pieces: readonly string[], open: number): number {
  let depth = 0;
  for (let at = open; at < pieces.length; at++) {
    if (pieces[at] === '(') depth += 1;
    if (pieces[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return -1;
}

/** The piece at a position, in lower case. */
export const wordAt = (pieces: readonly string[], at: number): string => (pieces[at] ?? '').toLowerCase();

/** Every word of a text, even in comments and quotes, in lower case: only for excluding names that do not occur. */
export const wordsIn = (sql: string): ReadonlySet<string> => new Set(sql.toLowerCase().match(/\w+/g));
