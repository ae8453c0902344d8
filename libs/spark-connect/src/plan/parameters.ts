import { invalidArgument } from '../errors.ts';
import type { Literal } from './literal.ts';
import { renderLiteral } from './sql-text.ts';

/**
 * What Spark's grammar takes as one piece (`SqlBaseLexer.g4`), as far as a colon can hide in it: texts in single or
 * double quotes, raw (`r'…'`) or with backslash escapes; names in backticks; comments; `::`, the cast. Then a marker,
 * which does not follow directly on a name or a bracket: `v:field` reaches into a variant.
 */
const PIECES = new RegExp(
  [
    /\br(?:'[^']*'|"[^"]*")/,
    /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/,
    /`(?:[^`]|``)*`/,
    /--(?:\\\n|[^\r\n])*/,
    /::/,
    /(?<comment>\/\*)/,
    /(?<![:\w\])`'"]):(?<parameter>[A-Za-z_]\w*)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gi',
);

/**
 * Puts literals in the places of a query's `:name` markers, as Spark would with parameters. Markers in texts, quoted
 * names and comments are left alone.
 * @throws SparkConnectError invalid-argument when a marker has no value, or a value no marker.
 */
export function renderParameters(query: string, parameters: Readonly<Record<string, Literal>>): string {
  const used = new Set<string>();
  const pieces = new RegExp(PIECES);
  let text = '';
  let position = 0;
  for (let match = pieces.exec(query); match !== null; match = pieces.exec(query)) {
    const { comment, parameter } = match.groups ?? {};
    let end = pieces.lastIndex;
    text += query.slice(position, match.index);
    if (comment !== undefined) {
      end = endOfComment(query, match.index);
      text += query.slice(match.index, end);
    } else if (parameter !== undefined) {
      text += rendered(parameter, parameters);
      used.add(parameter);
    } else text += match[0];
    position = end;
    pieces.lastIndex = end;
  }
  const unused = Object.keys(parameters).filter((name) => !used.has(name));
  if (unused.length > 0)
    throw invalidArgument(`Filling in a query: it has no :${unused.join(', no :')}`, { unused });
  return text + query.slice(position);
}

function rendered(name: string, parameters: Readonly<Record<string, Literal>>): string {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined)
    throw invalidArgument(`Filling in a query: :${name} has no value`, { parameter: name });
  return renderLiteral(value);
}

/** Comments nest: the end of the one that begins at `start`, or of the query when it has none. */
function endOfComment(query: string, start: number): number {
  let depth = 0;
  for (const { 0: mark, index } of query.slice(start).matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) return start + index + 2;
  }
  return query.length;
}
