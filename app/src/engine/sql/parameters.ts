import { ContrailError } from '../../errors.ts';
import type { Value } from '../../lake/column.ts';
import { markerIn, piecesOf } from './pieces.ts';

/**
 * Pieces of earlier texts: the pipeline binds the same few texts each second, and cutting them was 3 % of a small
 * batch.
 */
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
 * SQL with its `:name` markers replaced by literals. Markers in texts, quoted names and comments stay as they are.
 * @param literal writes a value as one operand of the engine's SQL; markers in it are not replaced
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
