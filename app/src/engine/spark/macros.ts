import { readFileSync } from 'node:fs';
import { ContrailError } from '../../errors.ts';
import { afterBracket, piecesOf } from '../sql/pieces.ts';

/** A function of `macros.sql`. */
interface Macro {
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly type: string;
  readonly body: readonly string[];
}

const STATEMENT =
  /^create or replace temporary function (\w+)\s*\((.*?)\)\s*returns\s+((?:(?!\breturn\b).)+?)\s+return\s+(.+)$/s;

/**
 * Expands the functions of `macros.sql` wherever a SELECT calls them. Spark has temporary functions, but it parses and
 * analyses the text of each at each call, which took a second of a small batch.
 */
export class Macros {
  readonly #macros: ReadonlyMap<string, Macro>;
  readonly #expanded = new Map<string, string>();

  /**
   * `texts`: statements in Spark's form, each ended by a semicolon at the end of a line. If a name occurs twice, the
   * last one counts.
   */
  constructor(...texts: readonly string[]) {
    const statements = texts
      .join('\n')
      .replaceAll(/^--.*$/gm, '')
      .split(/;\s*$/m)
      .map((statement) => statement.trim())
      .filter((statement) => statement !== '');
    this.#macros = new Map(statements.map(parsed));
  }

  /** The text with all calls of macros expanded. Results are kept, because a pipeline has few texts. */
  expand(sql: string): string {
    const known = this.#expanded.get(sql);
    if (known !== undefined) return known;
    const expanded = this.#expand(piecesOf(sql));
    this.#expanded.set(sql, expanded);
    return expanded;
  }

  #expand(pieces: readonly string[]): string {
    let text = '';
    for (let at = 0; at < pieces.length; at++) {
      const piece = pieces[at] as string;
      const macro = isName(pieces, at) && pieces[at + 1] === '(' ? this.#macros.get(piece) : undefined;
      if (macro === undefined) {
        text += piece;
        continue;
      }
      const { values, end } = argumentsAfter(pieces, at + 1);
      text += this.#call(piece, macro, values);
      at = end;
    }
    return text;
  }

  #call(name: string, { parameters, type, body }: Macro, values: readonly (readonly string[])[]): string {
    if (values.length !== parameters.length) {
      throw new ContrailError(
        'sql-failed',
        `${name} takes ${parameters.length} arguments, but a SELECT gives it ${values.length}.`,
      );
    }
    const given = new Map(
      parameters.map((parameter, index) => [
        parameter.name,
        typed(this.#expand(values[index] as readonly string[]).trim(), parameter.type),
      ]),
    );
    const text = body.map((piece, at) => (isName(body, at) ? (given.get(piece) ?? piece) : piece)).join('');
    return `cast(${text} as ${type})`;
  }
}

/** Casts a value to its type. A number with an exponent is a double already. */
const typed = (value: string, type: string): string =>
  type === 'double' && /^-?[\d.]+e\d+$/.test(value) ? `(${value})` : `cast(${value} as ${type})`;

/** Whether a word is a name, not a field of a struct or a `:marker`. */
const isName = (pieces: readonly string[], at: number): boolean =>
  /^[A-Za-z_]\w*$/.test(pieces[at] as string) && !['.', ':', '::'].includes(pieces[at - 1] ?? '');

function parsed(statement: string): [string, Macro] {
  const [, name, list, type, body] = STATEMENT.exec(statement) ?? [];
  if (name === undefined || list === undefined || type === undefined || body === undefined)
    throw new SyntaxError(`This is not a function of one expression: ${statement}`);
  const parameters = split(piecesOf(list), '(<', ')>').map((pieces) => {
    const [parameter = '', ...rest] = pieces.join('').trim().split(/\s+/);
    return { name: parameter, type: rest.join(' ') };
  });
  return [name, { parameters, type, body: piecesOf(body) }];
}

/** What lies between the brackets that open at `open`, by argument, and where they close. */
function argumentsAfter(
  pieces: readonly string[],
  open: number,
): { readonly values: readonly (readonly string[])[]; readonly end: number } {
  const after = afterBracket(pieces, open);
  if (after < 0) throw new ContrailError('sql-failed', 'A SELECT has a bracket that is not closed.');
  return { values: split(pieces.slice(open + 1, after - 1), '(', ')'), end: after - 1 };
}

/** Splits at the commas outside brackets. */
function split(pieces: readonly string[], opening: string, closing: string): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const piece of pieces) {
    if (opening.includes(piece)) depth += 1;
    if (closing.includes(piece)) depth -= 1;
    if (piece === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(piece);
  }
  return parts;
}

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The macros that both engines have, with Spark's bodies. */
export const MACROS = {
  large: new Macros(read('macros.sql')),
  small: new Macros(read('macros.sql'), read('macros-small.sql')),
} as const;
