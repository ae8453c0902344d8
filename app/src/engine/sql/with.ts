import { cutIntoPieces, isSilent } from './pieces.ts';

/**
 * A SELECT with common table expressions before it and before its own, after the comments at its head.
 * @param expressions each as SQL has it: `name as (select …)`
 */
export function withExpressions(expressions: readonly string[], sql: string): string {
  if (expressions.length === 0) return sql;
  const list = expressions.join(', ');
  let [at, hasOwn] = [0, false];
  for (const piece of cutIntoPieces(sql)) {
    const word = piece.toLowerCase();
    if (hasOwn ? word !== 'recursive' && !isSilent(piece) : word !== 'with' && !isSilent(piece)) break;
    hasOwn ||= word === 'with';
    at += piece.length;
  }
  const [head, rest] = [sql.slice(0, at), sql.slice(at)];
  return hasOwn ? `${head}${list}, ${rest}` : `${head}with ${list} ${rest}`;
}
