/**
 * The text of a `.env` file, read as Docker Compose reads it (`env_file`, and its own `.env`), so that one file means
 * the same to both. Node's `parseEnv` and the package `dotenv` do not: they end `abc#def` at the `#`, take a byte order
 * mark for a part of the first name, and replace no variables.
 *
 *     file       { comment | statement }
 *     statement  [ "export" ] name [ ( "=" | ":" ) value ]       a name alone takes its value from the environment
 *     value      "'" … "'"        as it is, over several lines; \' is a quote
 *              | '"' … '"'        over several lines, with \n \t \" \\ \$ and their like, and $NAME
 *              | …                to the end of the line or to " #", without blanks round it, with $NAME
 *
 * Source: compose-spec/compose-go, dotenv/parser.go and template/template.go (2.9).
 */
import { ContrailError } from '../errors.ts';
import { expandVariables } from './dot-env-variables.ts';

/** Finds a variable outside the file. */
export type Lookup = (name: string) => string | undefined;

/** What a file says. */
export interface DotEnv {
  readonly values: Readonly<Record<string, string>>;
  /** Names that values refer to as `$NAME` but that are not set: they were replaced with nothing. */
  readonly unset: readonly string[];
}

const BLANK = String.raw`[\t\v\f\r \u0085\u00a0]`;
const STATEMENT = new RegExp(
  `^(?:export(?=\\s)${BLANK}*)?([\\p{L}\\p{N}_.\\[\\]\\-\\t\\v\\f\\r \\u0085\\u00a0]*)([=:\\n]|$)`,
  'u',
);
const LEADING_BLANKS = new RegExp(`^${BLANK}+`);

/** @throws ContrailError `invalid` / `settings-invalid` naming the line. Values are not shown: they may be secrets. */
export function parseDotEnv(text: string, lookup: Lookup, file = '.env'): DotEnv {
  const values = Object.create(null) as Record<string, string>;
  const unset = new Set<string>();
  const find = (name: string): string | undefined => lookup(name) ?? values[name];
  const whole = text.replace(/^\uFEFF/, '');
  let rest = skipToStatement(whole);
  while (rest !== '') {
    const fail = (found: string): never => {
      const line = whole.slice(0, whole.length - rest.length).split('\n').length;
      throw new ContrailError('settings-invalid', `Line ${line} of ${file} cannot be read: ${found}.`, {
        facts: { line },
      });
    };
    const [statement, rawName = '', end] =
      STATEMENT.exec(rest) ?? fail('it does not begin with a name and "="');
    const name = rawName.trim();
    if (name.includes(' ')) fail('the name before "=" contains a space');
    const after = rest.slice(statement.length).replace(LEADING_BLANKS, '');
    if (end !== '=' && end !== ':') {
      const inherited = lookup(name);
      if (inherited !== undefined) values[name] = inherited;
      rest = skipToStatement(after);
      continue;
    }
    const { value, left } = takeValue(after, fail);
    values[name] = value.expands
      ? expandVariables(value.text, find, (missing) => unset.add(missing), fail)
      : value.text;
    rest = skipToStatement(left);
  }
  return { values, unset: [...unset] };
}

/** The text from the next statement on, past blanks and comments. */
const skipToStatement = (text: string): string => text.replace(/^(?:[\s\u0085]+|#[^\n]*)+/, '');

interface Taken {
  readonly value: { readonly text: string; readonly expands: boolean };
  readonly left: string;
}

function takeValue(text: string, fail: (found: string) => never): Taken {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") {
    const [line = ''] = text.split('\n', 1);
    const [value = ''] = line.split(' #', 1);
    return { value: { text: value.trimEnd(), expands: true }, left: text.slice(line.length + 1) };
  }
  const quoted = quote === '"' ? /^"((?:[^"\\]|\\[^])*)"/ : /^'((?:[^'\\]|\\[^])*)'/;
  const [whole, inner = ''] = quoted.exec(text) ?? fail(`the quote ${quote} is not closed`);
  const left = text.slice(whole.length);
  const unquoted = inner.replaceAll(`\\${quote}`, quote);
  return quote === '"'
    ? { value: { text: withoutEscapes(unquoted), expands: true }, left }
    : { value: { text: unquoted, expands: false }, left };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
  // For the step that replaces variables, this is a dollar sign.
  $: '$$',
};

const withoutEscapes = (text: string): string =>
  text.replaceAll(/\\(?:0(\d{0,3})|([abcfnrtv$"\\]))/g, (whole, octal?: string, letter: string = '') => {
    if (octal === undefined) return ESCAPES[letter] ?? whole;
    const code = /^[0-7]{3}$/.test(octal) ? Number.parseInt(octal, 8) : 256;
    return code < 256 ? String.fromCodePoint(code) : `\\${octal}`;
  });
