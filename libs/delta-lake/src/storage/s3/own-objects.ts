/** Names of the objects that the store writes for itself; listings leave them out. */
export const PROBE_OBJECT = '_conditional_put_probe';

/** Whether a key is one of the store's own. */
export function isOwnObject(key: string): boolean {
  return key.slice(key.lastIndexOf('/') + 1) === PROBE_OBJECT;
}
