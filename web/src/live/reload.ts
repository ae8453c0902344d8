import { WIRE_VERSION } from 'contrail/wire/frame';

const KEY = 'contrail-reloaded';

/** The part of a window that is used here. */
export interface Reloadable {
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly location: { reload(): void };
}

/**
 * Loads the page again, because its server speaks another version of the frames; false if that was done before in this tab by a
 * page of the same version, which then is what the server has, or if nothing can be remembered.
 */
export function reloadOnce(window: Reloadable): boolean {
  const version = String(WIRE_VERSION);
  try {
    if (window.sessionStorage.getItem(KEY) === version) return false;
    window.sessionStorage.setItem(KEY, version);
  } catch {
    return false;
  }
  window.location.reload();
  return true;
}
