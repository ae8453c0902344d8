import { DeltaError } from './errors.ts';
import { ownValue } from './records.ts';

/** The kind of value that an option takes. `any`: the code that uses it checks it. */
type Kind =
  | 'any'
  | 'text'
  | 'texts'
  | 'list'
  | 'path'
  | 'flag'
  | 'count'
  | 'size'
  | 'number'
  | 'function'
  | 'object'
  | 'record'
  | 'signal';

/** The rule of an option: a kind, a list of allowed words, or an object with options of its own. */
export type Rule = Kind | readonly string[] | { readonly [option: string]: Rule };

/** The rule of every option that a call takes. The compiler makes sure that none is missing. */
export type OptionRules<Options> = Readonly<Record<KeysOf<Options>, Rule>>;
/** Of a union: the names that any of its members has. */
type KeysOf<Options> = Options extends unknown ? keyof Options & string : never;

const KINDS: Readonly<Record<Kind, { readonly is: string; readonly test: (value: unknown) => boolean }>> = {
  any: { is: 'anything', test: () => true },
  text: { is: 'a string', test: (value) => typeof value === 'string' },
  texts: {
    is: 'a list of strings',
    test: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  },
  list: { is: 'a list', test: Array.isArray },
  path: { is: 'the name of a column, or a list of names that lead into structs', test: isPath },
  flag: { is: 'true or false', test: (value) => typeof value === 'boolean' },
  count: {
    is: 'a whole number, 0 or more',
    test: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  },
  size: {
    is: 'a whole number above 0',
    test: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  },
  number: { is: 'a finite number', test: Number.isFinite },
  function: { is: 'a function', test: (value) => typeof value === 'function' },
  object: { is: 'an object', test: isObject },
  record: {
    is: 'an object whose values are strings',
    test: (value) => isObject(value) && Object.values(value).every((item) => typeof item === 'string'),
  },
  signal: {
    is: 'an AbortSignal',
    test: (value) => isObject(value) && typeof value['throwIfAborted'] === 'function',
  },
};

/**
 * Refuses unknown options and options of the wrong kind: an option that is silently ignored would mislead the caller.
 * `undefined` counts as absent.
 * @throws DeltaError invalid-argument
 */
export function checkOptions<Options extends object>(
  call: string,
  options: Options,
  rules: OptionRules<Options>,
): void {
  checkGiven(call, options, rules);
}

function checkGiven(call: string, given: unknown, rules: { readonly [option: string]: Rule }): void {
  if (!isObject(given))
    throw invalidArgument(`${call} takes its options as an object, and was given ${shown(given)}`);
  for (const name in given) {
    const rule = ownValue(rules, name);
    if (rule === undefined) {
      throw invalidArgument(
        `${call} was given the unknown option "${name}"; it knows ${Object.keys(rules).join(', ')}`,
        { option: name },
      );
    }
    const value = ownValue(given, name);
    if (value === undefined) continue;
    if (typeof rule === 'string') {
      if (KINDS[rule].test(value)) continue;
      throw wrong(call, name, KINDS[rule].is, value);
    }
    if (!isWords(rule)) checkGiven(`"${name}" of ${call}`, value, rule);
    else if (!rule.some((word) => word === value))
      throw wrong(call, name, rule.map((word) => `"${word}"`).join(' or '), value);
  }
}

function isWords(rule: Exclude<Rule, Kind>): rule is readonly string[] {
  return Array.isArray(rule);
}

function wrong(call: string, option: string, wanted: string, value: unknown): DeltaError {
  return invalidArgument(`The option "${option}" of ${call} must be ${wanted}, not ${shown(value)}`, {
    option,
  });
}

/** Makes sure that an argument is of its kind. @throws DeltaError invalid-argument */
export function checkArgument(call: string, name: string, value: unknown, kind: Kind): void {
  if (KINDS[kind].test(value)) return;
  throw invalidArgument(`${call} takes ${KINDS[kind].is} as ${name}, and was given ${shown(value)}`, {
    argument: name,
  });
}

/**
 * Makes sure that text can be stored. Half of a surrogate pair has no UTF-8 form, and other programs cannot open a log
 * that holds its escape.
 * @throws DeltaError invalid-argument
 */
export function checkText(what: string, text: unknown): asserts text is string {
  if (typeof text === 'string' && text.isWellFormed()) return;
  const why = typeof text === 'string' ? 'it holds half of a surrogate pair' : 'it is not a string';
  throw invalidArgument(`${what[0]?.toUpperCase()}${what.slice(1)} cannot be ${shown(text)}: ${why}`);
}

/** The refusal of an argument; `what` is a sentence without its full stop. */
export function invalidArgument(what: string, facts: Readonly<Record<string, unknown>> = {}): DeltaError {
  return new DeltaError('invalid-argument', `${what}.`, { facts });
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'number' || typeof value === 'symbol' || value === undefined) return String(value);
  if (value instanceof Date) return `a Date (${String(value)})`;
  try {
    const text = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));
    return (text ?? typeof value).slice(0, 100);
  } catch {
    return `a ${typeof value}`;
  }
}

function isPath(value: unknown): boolean {
  if (typeof value === 'string') return true;
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
