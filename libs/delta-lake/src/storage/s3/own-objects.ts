/** Names of the store's own objects; listings leave them out. */
export const PROBE_OBJECT = '_conditional_put_probe';
export const LOCK_OBJECT = '_writer_lock.json';

/** Whether a key is one of the store's own. */
export function isOwnObject(key: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return name === PROBE_OBJECT || name === LOCK_OBJECT;
}
