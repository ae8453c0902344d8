import { UnusableInputError } from './unusable-input.ts';

/** One element of the list. */
export interface JsonItem {
  /** As it came; cut at {@link ListLimits.maxItemBytes}. */
  readonly text: string;
  /** Undefined if it is too long or too deep to be parsed. */
  readonly value: unknown;
}

/** What an answer may hold, so that memory is bounded by more than its bytes: 64 MB can hold 30 million empty lists. */
export interface ListLimits {
  readonly maxItems: number;
  readonly maxItemBytes: number;
  /** Lists and objects within one another in an element. */
  readonly maxDepth: number;
}

/** Where the list is. */
export interface ListForm {
  /** Names that it may have in its object; of several the first that comes is read. */
  readonly names: readonly string[];
  /** Whether it may also stand alone, with no object around it. */
  readonly mayStandAlone?: boolean;
  /** Whether an element that is no JSON (`{"lat":nan}`) is kept as a text without a value; else nothing is read. */
  readonly keepsBroken?: boolean;
}

/** What {@link readJsonList} found. */
export interface JsonList {
  /** The other members, by name: parsed where they are not too long or deep, else their text. */
  readonly members: ReadonlyMap<string, unknown>;
  /** Null where the list is missing; a member of its name that is no list is one of `members`. */
  readonly items: readonly JsonItem[] | null;
}

/**
 * Reads what feeds send: one JSON object with a long list, as `{"time": 1, "states": [[...], ...]}`. Elements are parsed
 * one by one while the bytes come, so an answer is never in memory as a whole, and no element can exhaust the stack.
 * Everything is checked to the end: what `JSON.parse` refuses is refused here too, but for what stands in an element that
 * is too long or deep.
 * Grammar: RFC 8259.
 * @throws UnusableInputError when it is no such object, is cut off, or holds more than the limits allow
 */
export async function readJsonList(
  bytes: AsyncIterable<Uint8Array>,
  form: string | ListForm,
  limits: ListLimits,
): Promise<JsonList> {
  const items: JsonItem[] = [];
  const { members, hasList } = await eachJsonItem(bytes, form, limits, (item) => void items.push(item));
  return { members, items: hasList ? items : null };
}

/**
 * The same, but gives each element to `take` as soon as it is whole, and keeps none. `take` gets the other members that came
 * before it, too.
 * @throws UnusableInputError as {@link readJsonList}, when elements before the fault were given already; what `take` throws
 */
export async function eachJsonItem(
  bytes: AsyncIterable<Uint8Array>,
  form: string | ListForm,
  limits: ListLimits,
  take: (item: JsonItem, members: ReadonlyMap<string, unknown>) => void,
): Promise<{ readonly members: ReadonlyMap<string, unknown>; readonly hasList: boolean }> {
  let count = 0;
  const scanner = new ListScanner(formOf(form), limits, (item) => {
    count += 1;
    if (count > limits.maxItems) throw tooMany(limits, scanner.listName);
    take(item, scanner.members);
  });
  for await (const chunk of bytes) scanner.push(chunk);
  return scanner.end();
}

/**
 * The same for a list of any length: its elements piece by piece as they come, of which none is kept. `maxItems` bounds
 * what comes in one piece. The other members are passed over.
 * @throws UnusableInputError as {@link readJsonList}, after the elements before the fault
 */
export async function* readJsonItems(
  bytes: AsyncIterable<Uint8Array>,
  form: ListForm,
  limits: ListLimits,
): AsyncGenerator<readonly JsonItem[]> {
  let items: JsonItem[] = [];
  const scanner = new ListScanner(form, limits, (item) => {
    if (items.length >= limits.maxItems) throw tooMany(limits, scanner.listName);
    items.push(item);
  });
  for await (const chunk of bytes) {
    try {
      scanner.push(chunk);
    } finally {
      // Also what a chunk had before it went wrong.
      if (items.length > 0) yield items;
      items = [];
    }
  }
  scanner.end();
}

const formOf = (form: string | ListForm): ListForm => (typeof form === 'string' ? { names: [form] } : form);

const tooMany = ({ maxItems }: ListLimits, name: string | null): UnusableInputError =>
  new UnusableInputError(`it holds more than ${maxItems} elements in "${name ?? 'a list'}"`);

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT, LESS_THAN] = [0x5b, 0x5d, 0x7b, 0x7d, 0x3c];
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];

type Role = 'name' | 'member' | 'item';
/**
 * What may come next:
 *
 *     object ─{─> name or end ─"…"─> colon ─:─> value ─…─> comma or end ─}─> nothing
 *                    ^  name <──,──────────────────────────────┘
 *     value ─[─> item or end ─…─> item comma or end ─]─> comma or end        (of the list's own name)
 *                     item <──,───────┘
 *     object ─[─> item or end ─…─> item comma or end ─]─> nothing            (a list that stands alone)
 */
type Expected =
  | 'object'
  | 'name or end'
  | 'name'
  | 'colon'
  | 'value'
  | 'comma or end'
  | 'item or end'
  | 'item'
  | 'item comma or end'
  | 'nothing';

class ListScanner {
  readonly #form: ListForm;
  readonly #limits: ListLimits;
  readonly #take: (item: JsonItem) => void;
  readonly members = new Map<string, unknown>();
  #hasList = false;
  /** The name of the list; null if the list is the whole text. */
  listName: string | null = null;
  #expected: Expected = 'object';
  #member = '';
  #total = 0;
  // The value that is being read.
  #role: Role | null = null;
  #isScalar = false;
  #isInText = false;
  #isEscaped = false;
  #depth = 0;
  #deepest = 0;
  #length = 0;
  #pieces: Uint8Array[] = [];

  constructor(form: ListForm, limits: ListLimits, take: (item: JsonItem) => void) {
    this.#form = form;
    this.#limits = limits;
    this.#take = take;
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.length;
    let at = 0;
    while (at < chunk.length) {
      if (this.#role !== null) {
        at = this.#readValue(chunk, at);
        continue;
      }
      const byte = chunk[at] as number;
      if (isBlank(byte) || (this.#expected === 'object' && BYTE_ORDER_MARK.includes(byte))) at += 1;
      else if (this.#step(byte)) at += 1;
    }
  }

  end(): { readonly members: ReadonlyMap<string, unknown>; readonly hasList: boolean } {
    if (this.#expected !== 'nothing') throw this.#noJson();
    return { members: this.members, hasList: this.#hasList };
  }

  /** Whether the byte is taken; else a value begins with it. */
  #step(byte: number): boolean {
    switch (this.#expected) {
      case 'object':
        if (byte === OPEN_LIST && this.#form.mayStandAlone === true) return this.#beginList(null);
        if (byte !== OPEN_OBJECT) throw this.#noJson(byte === LESS_THAN);
        return this.#expect('name or end');
      case 'name or end':
        if (byte === CLOSE_OBJECT) return this.#expect('nothing');
        return this.#begin('name', byte);
      case 'name':
        return this.#begin('name', byte);
      case 'colon':
        if (byte !== COLON) throw this.#noJson();
        return this.#expect('value');
      case 'value':
        if (byte !== OPEN_LIST || !this.#form.names.includes(this.#member))
          return this.#begin('member', byte);
        if (!this.#hasList) return this.#beginList(this.#member);
        if (this.#member === this.listName) throw new UnusableInputError(`it holds "${this.#member}" twice`);
        return this.#begin('member', byte);
      case 'comma or end':
        if (byte === CLOSE_OBJECT) return this.#expect('nothing');
        if (byte !== COMMA) throw this.#noJson();
        return this.#expect('name');
      case 'item or end':
        if (byte === CLOSE_LIST) return this.#endList();
        return this.#begin('item', byte);
      case 'item':
        return this.#begin('item', byte);
      case 'item comma or end':
        if (byte === CLOSE_LIST) return this.#endList();
        if (byte !== COMMA) throw this.#noJson();
        return this.#expect('item');
      case 'nothing':
        throw this.#noJson();
    }
  }

  #expect(next: Expected): true {
    this.#expected = next;
    return true;
  }

  #beginList(name: string | null): true {
    this.listName = name;
    this.#hasList = true;
    return this.#expect('item or end');
  }

  #endList(): true {
    return this.#expect(this.listName === null ? 'nothing' : 'comma or end');
  }

  #begin(role: Role, byte: number): false {
    if (role === 'name' && byte !== QUOTE) throw this.#noJson();
    if (byte === COMMA || byte === COLON || byte === CLOSE_LIST || byte === CLOSE_OBJECT)
      throw this.#noJson();
    this.#role = role;
    this.#isScalar = byte !== QUOTE && byte !== OPEN_LIST && byte !== OPEN_OBJECT;
    this.#isInText = false;
    this.#isEscaped = false;
    [this.#depth, this.#deepest, this.#length, this.#pieces] = [0, 0, 0, []];
    return false;
  }

  /** Continues reading the value from `start`; answers where it, or the chunk, ends. */
  #readValue(chunk: Uint8Array, start: number): number {
    let at = start;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (this.#isInText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) {
          this.#isInText = false;
          if (this.#depth === 0) return this.#finish(chunk, start, at + 1);
        }
      } else if (this.#isScalar) {
        if (isBlank(byte) || byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT)
          return this.#finish(chunk, start, at);
      } else if (byte === QUOTE) {
        this.#isInText = true;
      } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        this.#depth += 1;
        if (this.#depth > this.#deepest) this.#deepest = this.#depth;
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        this.#depth -= 1;
        if (this.#depth === 0) return this.#finish(chunk, start, at + 1);
      }
    }
    this.#keep(chunk, start, at);
    return at;
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    const room = this.#limits.maxItemBytes - Math.min(this.#length, this.#limits.maxItemBytes);
    this.#length += end - start;
    if (room > 0) this.#pieces.push(chunk.slice(start, Math.min(end, start + room)));
  }

  #finish(chunk: Uint8Array, start: number, end: number): number {
    const { maxItemBytes, maxDepth } = this.#limits;
    // Nearly every value lies in one chunk: it is read there, without a copy.
    const isWhole = this.#length === 0 && end - start <= maxItemBytes;
    if (isWhole) this.#length = end - start;
    else this.#keep(chunk, start, end);
    const text = isWhole ? textIn(chunk, start, end) : Buffer.concat(this.#pieces).toString('utf8');
    const isParsed = this.#length <= maxItemBytes && this.#deepest <= maxDepth;
    const value = isParsed ? this.#parse(text) : undefined;
    switch (this.#role) {
      case 'name':
        if (typeof value !== 'string') throw this.#noJson();
        this.#member = value;
        this.#expected = 'colon';
        break;
      case 'member':
        this.members.set(this.#member, isParsed ? value : text);
        this.#expected = 'comma or end';
        break;
      case 'item':
      case null:
        this.#take({ text, value });
        this.#expected = 'item comma or end';
    }
    this.#role = null;
    return end;
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      if (this.#role === 'item' && this.#form.keepsBroken === true) return undefined;
      throw this.#noJson();
    }
  }

  #noJson(isPage = false): UnusableInputError {
    if (isPage)
      return new UnusableInputError('a web page instead of data; is a proxy or a log-in page between?');
    return new UnusableInputError(
      this.#total === 0 ? 'it is empty: cut off or no JSON' : 'it is cut off or no JSON',
    );
  }
}

const textIn = ({ buffer, byteOffset }: Uint8Array, start: number, end: number): string =>
  Buffer.from(buffer, byteOffset + start, end - start).toString('utf8');

/** Source: RFC 8259 section 2, ws. */
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
