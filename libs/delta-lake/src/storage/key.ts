import { DeltaError } from '../errors.ts';
import type { ObjectStore } from './object-store.ts';

/** What is wrong with a key, in the words of a message; null when nothing is. */
function faultOf(key: string): string | null {
  if (key === '') return 'is empty';
  if (key.includes('\0')) return 'has a NUL character';
  const segments = key.split('/');
  if (segments.includes('..') || segments.includes('.')) return 'has a segment "." or ".."';
  if (segments.includes('')) return 'begins or ends with "/", or has two in a row';
  return null;
}

/** What is wrong with a key on Windows, where `\` separates folders and `:` names a drive or a stream. */
function windowsFaultOf(key: string): string | null {
  return /[\\:]/.test(key) ? 'has a character "\\" or ":"' : null;
}

/** Whether a key leads to one object below a store's root, and nowhere else. */
export function isPlainKey(key: string): boolean {
  return faultOf(key) === null;
}

/**
 * Refuses a key that may lead out of the store's root, or to another object. Every store checks each key before it uses
 * it.
 * @throws DeltaError invalid-argument
 */
export function checkKey(key: string, options: { readonly onWindows?: boolean } = {}): void {
  const fault = faultOf(key) ?? (options.onWindows === true ? windowsFaultOf(key) : null);
  if (fault === null) return;
  throw new DeltaError(
    'invalid-argument',
    `The key ${JSON.stringify(key)} ${fault}, so it cannot name an object below the root of a store.`,
    { facts: { key } },
  );
}

/** {@link checkKey} for the beginning of keys, or for the root of a view: it may be empty or end with a slash. */
export function checkPrefix(prefix: string, options: { readonly onWindows?: boolean } = {}): void {
  const key = prefix.replace(/\/$/, '');
  if (key !== '' || prefix === '/') checkKey(key, options);
}

/**
 * Deletes an object of a table. Every deletion in this library goes through here. The stores of this library check keys
 * themselves; a store that a caller passed in may not.
 * @throws DeltaError invalid-argument for a key that may lead out of the store's root
 */
export async function deleteObject(store: ObjectStore, key: string): Promise<void> {
  checkKey(key);
  await store.delete(key);
}
