import { afterBracket, piecesOf } from './sql-pieces.ts';

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
 * A SELECT whose common table expressions are written out where they are read, if that is in one place. Spark does the
 * same, but slowly: for each expression it compares all that has been written out so far with itself, several times a
 * query (Spark 4.2, `InlineCTE`). With chains of up to twelve that was a quarter of all planning.
 *
 * What is read has to follow `from` or `join`, and its other name, if it gets one, an `as`. A text in which one name
 * stands for two expressions, or with an expression of another form (`name (columns) as …`), stays as it is.
 */
export function inlined(sql: string): string {
  const pieces = piecesOf(sql).filter((piece) => !piece.startsWith('--'));
  const clauses = clausesOf(pieces);
  if (clauses === null) return sql;
  const expressions = Array.from(clauses.values(), (clause) => clause.expressions).flat();
  const byName = new Map(expressions.map((expression) => [expression.name, expression]));
  if (byName.size < expressions.length) return sql;
  const places = placesOf(pieces, byName);
  const isOnce = ({ name }: Expression): boolean => places.get(name)?.length === 1;
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

/** Each `with` that begins a SELECT, by its position; null when one has an expression of another form. */
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

/** Where each expression is read. */
function placesOf(
  pieces: readonly string[],
  expressions: ReadonlyMap<string, Expression>,
): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  pieces.forEach((piece, at) => {
    if (!['from', 'join'].includes(piece.toLowerCase())) return;
    const place = next(pieces, at + 1);
    const name = nameAt(pieces, place);
    if (expressions.has(name)) places.set(name, [...(places.get(name) ?? []), place]);
  });
  return places;
}

const isBlank = (piece: string | undefined): boolean => piece !== undefined && /^\s$/.test(piece);

/** The position of the first piece from one on that is no blank. */
function next(pieces: readonly string[], from: number): number {
  let at = from;
  while (isBlank(pieces[at])) at += 1;
  return at;
}

function previous(pieces: readonly string[], from: number): number {
  let at = from;
  while (isBlank(pieces[at])) at -= 1;
  return at;
}

const wordAt = (pieces: readonly string[], at: number): string => (pieces[at] ?? '').toLowerCase();

/** A name, quoted or not. Spark does not tell capital letters from small ones. */
const nameAt = (pieces: readonly string[], at: number): string => wordAt(pieces, at).replaceAll('`', '');
