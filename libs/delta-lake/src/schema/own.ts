/**
 * What an object has of its own under a name; undefined where it has nothing. Names come from tables, and a column may be
 * called `constructor`, which every object inherits. What is inherited is a function or `__proto__`, and nothing else needs
 * the longer look.
 */
export function own<T>(record: { readonly [name: string]: T }, name: string): T | undefined {
  const value = record[name];
  if (typeof value !== 'function' && name !== '__proto__') return value;
  return Object.hasOwn(record, name) ? value : undefined;
}
