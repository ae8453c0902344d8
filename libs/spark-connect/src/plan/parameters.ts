import { invalidArgument } from '../errors.ts';
import type { Literal } from './literal.ts';
import { renderLiteral } from './sql-text.ts';

/**
 * Pieces of Spark's grammar (`SqlBaseLexer.g4`) that may hold a colon: texts in single or double quotes, raw (`r'…'`)
 * or with backslash escapes; names in backticks; comments; `::`, the cast. Then a marker, which must not follow
 * directly after a name or a bracket: `v:field` reads a field of a variant.
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
 * Replaces a query's `:name` markers with literals, as Spark would with parameters. Markers in texts, quoted names and
 * comments stay as they are.
 * @throws SparkConnectError invalid-argument when a marker has no value, or a value has no marker.
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
    throw invalidArgument(`Filling in a query: it does not use the given :${unused.join(', :')}`, { unused });
  return text + query.slice(position);
}

function rendered(name: string, parameters: Readonly<Record<string, Literal>>): string {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined)
    throw invalidArgument(`Filling in a query: :${name} has no value`, { parameter: name });
  return renderLiteral(value);
}

/** The end of the comment that begins at `start`, or of the query if the comment is not closed. Comments nest. */
function endOfComment(query: string, start: number): number {
  let depth = 0;
  for (const { 0: mark, index } of query.slice(start).matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) return start + index + 2;
  }
  return query.length;
}
