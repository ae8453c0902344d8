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
