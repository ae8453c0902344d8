/** Parses one action; integers beyond 2^53 are bigints in its fields, which seldom happens. */
export function parseAction(text: string): unknown {
  const action: unknown = JSON.parse(text);
  return hasLongNumber(action) ? JSON.parse(text, exactIntegers) : action;
}

function hasLongNumber(action: unknown): boolean {
  if (typeof action !== 'object' || action === null) return false;
  for (const body of Object.values(action)) {
    if (typeof body !== 'object' || body === null) continue;
    for (const name in body) {
      const value: unknown = (body as Readonly<Record<string, unknown>>)[name];
      if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) return true;
    }
  }
  return false;
}

/** A reviver of `JSON.parse` that keeps every digit of an integer. */
export function exactIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** JSON in which a bigint is written as a number. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'bigint' ? rawJson(String(item)) : item,
  );
}

/** Text that `JSON.stringify` takes as it is; the compiler's library does not know it yet. */
function rawJson(text: string): unknown {
  return (JSON as JSON & { rawJSON(text: string): unknown }).rawJSON(text);
}
