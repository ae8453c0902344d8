/**
 * What an object has of its own under a name; undefined where it has nothing. Names come from tables, and a column may be
 * called `constructor`, which every object inherits. What is inherited is a function or `__proto__`, and nothing else needs
 * the longer look.
 */
export function ownValue<T>(record: { readonly [name: string]: T }, name: string): T | undefined {
  const value = record[name];
  if (typeof value !== 'function' && name !== '__proto__') return value;
  return Object.hasOwn(record, name) ? value : undefined;
}

/**
 * A maker of objects whose properties `names` may be assigned to. `{}`, unless one is called `__proto__`: assigning to that
 * would set the prototype, and the value would be lost; it then is a property from the start.
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
