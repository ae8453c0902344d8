import { ContrailError } from '../../errors.ts';
import type { Value } from '../../lake/column.ts';
import { markerIn, piecesOf } from './pieces.ts';

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
  return piecesOf(sql).map(bound).join('');
}
