import { ContrailError } from '../../errors.ts';
import type { Value } from '../../lake/column.ts';
import { markerIn, piecesOf } from './pieces.ts';

/** Texts that were cut before: the pipeline binds the same few each second, and cutting them was 3 % of a small batch. */
const cut = new Map<string, readonly string[]>();
const MOST_CUT = 64;

function piecesOnce(sql: string): readonly string[] {
  const known = cut.get(sql);
  if (known !== undefined) return known;
  const pieces = piecesOf(sql);
  if (cut.size >= MOST_CUT) cut.clear();
  cut.set(sql, pieces);
  return pieces;
}

/**
 * SQL with literals in the places of its `:name` markers. Those in texts, quoted names and comments are left alone.
 * @param literal a value in the engine's own words: one operand, whose text is not looked into
 * @throws ContrailError `internal` / `sql-parameter-missing` when a marker has no value
 */
export function bindParameters(
  sql: string,
  parameters: Readonly<Record<string, Value>>,
  literal: (value: Value) => string,
): string {
  const bound = (piece: string): string => {
    const name = markerIn(piece);
    if (name === null) return piece;
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value !== undefined) return literal(value);
    throw new ContrailError(
      'sql-parameter-missing',
      `The SQL names :${name}, but no such parameter was given.`,
    );
  };
  return piecesOnce(sql).map(bound).join('');
}
