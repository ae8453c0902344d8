/** One aircraft of an answer, whose values may be missing, null or of any type. */
export interface Entry {
  /** The first of several names that has a number, also one written as text. */
  number(...names: readonly string[]): number | null;
  /** A whole number of at most 9 digits. */
  whole(...names: readonly string[]): number | null;
  /** Text that is not empty; a number in place of text is written out. */
  text(...names: readonly string[]): string | null;
  /** `true`, 1 or "1" is true; `false`, 0 or "0" false. */
  flag(name: string): boolean | null;
  /** Of a list of texts, whether it holds one. */
  lists(name: string, item: string): boolean;
  entry(name: string): Entry | null;
  has(name: string): boolean;
  /** The first value of a wrong type that was read, in a few words: `lat is true`. */
  oddity(): string | null;
}

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?\s*$/i;

/**
 * Reads an aircraft's values one by one. What is not of its type counts as unknown and is remembered as an oddity, so
 * that one odd value does not cost the others.
 */
export function entryOf(json: Readonly<Record<string, unknown>>): Entry {
  let oddity: string | null = null;
  const read =
    <T>(parse: (value: unknown) => T | null) =>
    (...names: readonly string[]): T | null => {
      for (const name of names) {
        const value = json[name];
        if (value === undefined || value === null || value === '') continue;
        const parsed = parse(value);
        if (parsed !== null) return parsed;
        oddity ??= `${name} is ${describe(value)}`;
      }
      return null;
    };
  return {
    number: read(toNumber),
    whole: read((value) => {
      const number = toNumber(value);
      return number !== null && Number.isInteger(number) && Math.abs(number) < 1e9 ? number : null;
    }),
    text: read((value) => {
      if (typeof value === 'number') return String(value);
      return typeof value === 'string' ? value : null;
    }),
    flag: read((value) => {
      if (typeof value === 'boolean') return value;
      const number = toNumber(value);
      return number === 0 || number === 1 ? number === 1 : null;
    }),
    lists: (name, item) => {
      const list = json[name];
      return Array.isArray(list) && list.includes(item);
    },
    entry: read((value) => (isRecord(value) ? entryOf(value) : null)),
    has: (name) => json[name] !== undefined && json[name] !== null,
    oddity: () => oddity,
  };
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function toNumber(value: unknown): number | null {
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 40) : value);
}
