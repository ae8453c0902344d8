/** Whether a value of JSON is an object: no list, no null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * An object's own property of a name; undefined if it has none. Names come from tables, and a column may be called
 * `constructor`, which every object inherits. Inherited properties are functions or `__proto__`, so only such values
 * need the longer check.
 */
export function ownValue<T>(record: { readonly [name: string]: T }, name: string): T | undefined {
  const value = record[name];
  if (typeof value !== 'function' && name !== '__proto__') return value;
  return Object.hasOwn(record, name) ? value : undefined;
}

/**
 * Makes empty objects for properties of these names. The object is `{}` unless one name is `__proto__`: assigning to
 * that would set the prototype and lose the value, so it is defined as a property from the start.
 */
export function blankRecord<T>(names: Iterable<string>): () => Record<string, T> {
  for (const name of names)
    if (name === '__proto__')
      return () =>
        Object.defineProperty({}, name, {
          value: null,
          writable: true,
          enumerable: true,
          configurable: true,
        });
  return () => ({});
}
