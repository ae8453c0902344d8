import { afterBracket, next, piecesOf, previous, wordAt } from '../sql/pieces.ts';

/** `name as (body)` in a `with`: where the name is, and the body from its first piece to its closing bracket. */
interface Expression {
  readonly name: string;
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

/** A `with`: its expressions, and where the SELECT after them begins. */
interface Clause {
  readonly expressions: readonly Expression[];
  readonly end: number;
}

/**
 * A SELECT in which each common table expression that is read once is written out where it is read. Spark does the
 * same, but slowly: for each expression it compares everything written out so far with itself, several times a query
 * (Spark 4.2, `InlineCTE`). With chains of up to twelve expressions that was a quarter of all planning.
 *
 * The name must follow `from` or `join`, and an alias must follow `as`. An expression whose name occurs anywhere else,
 * such as after the comma of `from a, b`, is not written out. A text in which two expressions have the same name, or
 * one has another form (`name (columns) as …`), stays as it is.
 */
export function inlined(sql: string): string {
  const pieces = piecesOf(sql).filter((piece) => !piece.startsWith('--'));
  const clauses = clausesOf(pieces);
  if (clauses === null) return sql;
  const expressions = Array.from(clauses.values(), (clause) => clause.expressions).flat();
  const byName = new Map(expressions.map((expression) => [expression.name, expression]));
  if (byName.size < expressions.length) return sql;
  const places = placesOf(pieces, byName);
  const isOnce = ({ name }: Expression): boolean => {
    const [place, ...others] = places.get(name) ?? [];
    return place !== undefined && others.length === 0 && isRead(pieces, place);
  };
  const once = new Map(
    expressions.filter(isOnce).map((expression) => [places.get(expression.name)?.[0], expression]),
  );

  const written = (from: number, to: number): string => {
    let text = '';
    for (let at = from; at < to; at++) {
      const clause = clauses.get(at);
      const expression = once.get(at);
      if (clause !== undefined) {
        const others = clause.expressions
          .filter((other) => !isOnce(other))
          .map((other) => `${pieces[other.at]} as (${written(other.start, other.end)})`);
        text += others.length === 0 ? '' : `with ${others.join(',\n')}\n`;
        at = clause.end - 1;
      } else if (expression !== undefined) {
        const hasOtherName = wordAt(pieces, next(pieces, at + 1)) === 'as';
        text += `(${written(expression.start, expression.end)})${hasOtherName ? '' : ` as ${pieces[at]}`}`;
      } else text += pieces[at];
    }
    return text;
  };
  return written(0, pieces.length);
}

/** Each `with` that begins a SELECT, by its position; null if one has an expression of another form. */
function clausesOf(pieces: readonly string[]): ReadonlyMap<number, Clause> | null {
  const clauses = new Map<number, Clause>();
  for (const [at, piece] of pieces.entries()) {
    if (piece.toLowerCase() !== 'with') continue;
    const before = previous(pieces, at - 1);
    if (before >= 0 && pieces[before] !== '(') continue;
    const expressions: Expression[] = [];
    let end = at;
    do {
      const name = next(pieces, end + 1);
      const as = next(pieces, name + 1);
      const open = next(pieces, as + 1);
      const after = afterBracket(pieces, open);
      if (wordAt(pieces, as) !== 'as' || pieces[open] !== '(' || after < 0) return null;
      expressions.push({ name: nameAt(pieces, name), at: name, start: open + 1, end: after - 1 });
      end = next(pieces, after);
    } while (pieces[end] === ',');
    clauses.set(at, { expressions, end });
  }
  return clauses;
}

/** Where the name of each expression occurs, except where it is defined and where it qualifies a column. */
function placesOf(
  pieces: readonly string[],
  expressions: ReadonlyMap<string, Expression>,
): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  pieces.forEach((_, at) => {
    const name = nameAt(pieces, at);
    const expression = expressions.get(name);
    if (expression === undefined || expression.at === at) return;
    if (pieces[next(pieces, at + 1)] === '.' || pieces[previous(pieces, at - 1)] === '.') return;
    places.set(name, [...(places.get(name) ?? []), at]);
  });
  return places;
}

/** Whether a SELECT reads the name at a place. (`is distinct from x` only compares.) */
function isRead(pieces: readonly string[], at: number): boolean {
  const before = previous(pieces, at - 1);
  const word = wordAt(pieces, before);
  return word === 'join' || (word === 'from' && wordAt(pieces, previous(pieces, before - 1)) !== 'distinct');
}

/** A name, without quotes and in lower case, because engines ignore case. */
const nameAt = (pieces: readonly string[], at: number): string => wordAt(pieces, at).replaceAll(/[`"]/g, '');
