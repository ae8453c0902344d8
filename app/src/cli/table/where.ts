import {
  type DataType,
  DeltaError,
  parsePartitionValue,
  type Predicate,
  type StructField,
  type StructType,
  type Value,
} from '@contrail/delta-lake';
import { ContrailError } from '../../errors.ts';

/**
 * Parses a typed condition into a predicate of the table library. What the predicate cannot express is refused, never
 * guessed.
 *
 *     or        = and { "or" and }
 *     and       = part { "and" part }
 *     part      = "(" or ")" | column test
 *     test      = ( "=" | "!=" | "<>" | "<" | "<=" | ">" | ">=" ) value | "in" "(" value { "," value } ")"
 *               | "between" value "and" value | "is" [ "not" ] "null"
 *     column    = a name, in "double quotes" or `these` where it is no word
 *     value     = 'text' ('' for a quote) | a number | true | false
 *
 * A date, an instant and bytes are text: '2026-11-24', '2026-11-24T12:00:00Z' (UTC where no zone is said), '0aff'. Words
 * ignore case.
 */
export function parseWhere(text: string, schema: StructType): Predicate {
  return new Parser(text, schema).whole();
}

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|("(?:[^"]|"")*"|`(?:[^`]|``)*`)|([\p{L}_][\p{L}\p{N}_]*)|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(<=|>=|<>|!=|[=<>(),]))/uy;

type Token = { readonly kind: 'text' | 'name' | 'word' | 'number' | 'sign' | 'end'; readonly text: string };

class Parser {
  readonly #text: string;
  readonly #schema: StructType;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, schema: StructType) {
    this.#text = text;
    this.#schema = schema;
    this.#tokens = this.#split();
  }

  whole(): Predicate {
    const predicate = this.#or();
    if (this.#next.kind !== 'end') this.#refuse(`"${this.#next.text}" is not expected there`);
    return predicate;
  }

  #split(): Token[] {
    const tokens: Token[] = [];
    TOKEN.lastIndex = 0;
    while (this.#text.slice(TOKEN.lastIndex).trim() !== '') {
      const at = TOKEN.lastIndex;
      const found = TOKEN.exec(this.#text);
      if (!found) this.#refuse(`"${this.#text.slice(at).trim().slice(0, 20)}" is not understood`);
      const [, literal, quoted, word, number, sign = ''] = found;
      if (literal !== undefined)
        tokens.push({ kind: 'text', text: literal.slice(1, -1).replaceAll("''", "'") });
      else if (quoted !== undefined) {
        const quote = quoted[0] ?? '';
        tokens.push({ kind: 'name', text: quoted.slice(1, -1).replaceAll(quote + quote, quote) });
      } else if (word !== undefined) tokens.push({ kind: 'word', text: word });
      else if (number !== undefined) tokens.push({ kind: 'number', text: number });
      else tokens.push({ kind: 'sign', text: sign });
    }
    return tokens;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'the end' };
  }

  /** Takes the next token if it is this word, or this sign. */
  #takes(text: string): boolean {
    const { kind, text: found } = this.#next;
    const isIt = (kind === 'word' && found.toLowerCase() === text) || (kind === 'sign' && found === text);
    if (isIt) this.#at++;
    return isIt;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) this.#refuse(`"${text}" is missing before "${this.#next.text}"`);
  }

  #or(): Predicate {
    const alternatives = [this.#and()];
    while (this.#takes('or')) alternatives.push(this.#and());
    const [only = []] = alternatives;
    return alternatives.length === 1 ? only : [{ anyOf: alternatives }];
  }

  #and(): Predicate {
    const parts = [...this.#part()];
    while (this.#takes('and')) parts.push(...this.#part());
    return parts;
  }

  #part(): Predicate {
    if (this.#takes('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    const field = this.#column();
    const { name: column, type } = field;
    if (this.#takes('is')) {
      const isNull = !this.#takes('not');
      this.#expect('null');
      return [{ column, isNull }];
    }
    if (this.#takes('between')) {
      const min = this.#value(type);
      this.#expect('and');
      return [{ column, min, max: this.#value(type) }];
    }
    if (this.#takes('in')) {
      this.#expect('(');
      const values = [this.#value(type)];
      while (this.#takes(',')) values.push(this.#value(type));
      this.#expect(')');
      return [{ column, in: values }];
    }
    for (const [sign, operator] of SIGNS)
      if (this.#takes(sign)) return [{ column, [operator]: this.#value(type) }];
    if (!this.#takes('!=') && !this.#takes('<>'))
      this.#refuse(
        `"${this.#next.text}" after ${column} is not a known comparison (=, !=, <, <=, >, >=, in, between, is null)`,
      );
    const value = this.#value(type);
    return [{ anyOf: [[{ column, below: value }], [{ column, above: value }]] }];
  }

  #column(): StructField {
    const { kind, text } = this.#next;
    if (kind !== 'word' && kind !== 'name') this.#refuse(`there is "${text}" instead of a column`);
    const fields = this.#schema.fields;
    const field =
      fields.find(({ name }) => name === text) ??
      fields.find(({ name }) => kind === 'word' && name.toLowerCase() === text.toLowerCase());
    if (!field)
      this.#refuse(
        `there is no column "${text}"; the columns are ${fields.map(({ name }) => name).join(', ')}`,
      );
    this.#at++;
    return field;
  }

  #value(type: DataType): Value {
    const { kind, text } = this.#next;
    this.#at++;
    const isTruth = kind === 'word' && /^(true|false)$/i.test(text);
    if (kind === 'word' && text.toLowerCase() === 'null')
      this.#refuse('no value equals null; write "is null"');
    if (kind !== 'text' && kind !== 'number' && !isTruth)
      this.#refuse(`there is "${text}" instead of a value; put text in 'single quotes'`);
    const name = typeof type === 'string' ? type : type.type;
    const wanted = isTruth ? name === 'boolean' : (kind === 'number') === isNumber(name);
    if (!wanted || (name === 'boolean') !== isTruth)
      this.#refuse(
        `a column of type ${name} is compared with ${name === 'boolean' ? 'true or false' : isNumber(name) ? 'a number' : "text in 'single quotes'"}, not with ${kind === 'text' ? `'${text}'` : text}`,
      );
    if (kind === 'text' && text === '') return '';
    // Keep it unchanged: with the digits of the column it would be another number.
    if (name.startsWith('decimal')) return text;
    if (name === 'binary' && /^(?:[0-9a-f]{2})*$/i.test(text))
      return new Uint8Array(Buffer.from(text, 'hex'));
    if (name === 'binary')
      return this.#refuse(`'${text}' is not hexadecimal text, in which bytes are written`);
    try {
      return parsePartitionValue(isWhole(name) && /[.eE]/.test(text) ? 'double' : type, text);
    } catch (error) {
      if (!(error instanceof DeltaError)) throw error;
      return this.#refuse(`${kind === 'text' ? `'${text}'` : text} is not a ${name}`);
    }
  }

  #refuse(why: string): never {
    throw new ContrailError(
      'where-unreadable',
      `--where "${this.#text}" is refused: ${why}. Example: icao24 = '3c6444' and altitude_m > 1000. For more complex conditions use "contrail query".`,
    );
  }
}

const SIGNS = [
  ['=', 'equals'],
  ['<=', 'max'],
  ['>=', 'min'],
  ['<', 'below'],
  ['>', 'above'],
] as const;

const isWhole = (type: string): boolean => ['byte', 'short', 'integer', 'long'].includes(type);
const isNumber = (type: string): boolean =>
  isWhole(type) || type === 'float' || type === 'double' || type.startsWith('decimal');
