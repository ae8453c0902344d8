import { next, piecesOf, wordAt } from './pieces.ts';

/**
 * A SELECT with common table expressions before it and before its own, after the comments at its head.
 * @param expressions each as SQL has it: `name as (select …)`
 */
export function withExpressions(expressions: readonly string[], sql: string): string {
  if (expressions.length === 0) return sql;
  const pieces = piecesOf(sql);
  const head = next(pieces, 0);
  const list = expressions.join(', ');
  const before = (at: number): string => pieces.slice(0, at).join('');
  const after = (at: number): string => pieces.slice(at).join('');
  if (wordAt(pieces, head) !== 'with') return `${before(head)}with ${list} ${after(head)}`;
  const second = next(pieces, head + 1);
  const own = wordAt(pieces, second) === 'recursive' ? next(pieces, second + 1) : second;
  return `${before(own)}${list}, ${after(own)}`;
}
