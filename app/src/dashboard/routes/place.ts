/**
 * Where a request is meant to go. The page may be served below any path of a reverse proxy, and the proxy may pass that path on
 * or take it off: all addresses in the page are relative, and the server looks only at the end of a path.
 *
 *     /contrail/api/live  ->  /api/live        /contrail/assets/main.js  ->  /assets/main.js
 *     /contrail/traffic   ->  /traffic         /contrail/                ->  /
 */
export function placeOf(path: string): string {
  for (const root of ['/api/', '/assets/']) {
    const at = path.lastIndexOf(root);
    if (at >= 0) return path.slice(at);
  }
  return path.slice(Math.max(0, path.lastIndexOf('/')));
}

/** Places inside the page, whose script reads the address (web/src/shell/address.ts). */
const PAGES: readonly string[] = ['/traffic', '/pipeline'];

/**
 * Where a browser has to go first, relative to where it is, so that the page's relative addresses hold; null when it is right.
 * A path that is no page is the folder that the page is served below, and lacks its slash; a page has none at its end.
 */
export function detourOf(path: string): string | null {
  const page = PAGES.find((one) => path.endsWith(`${one}/`));
  if (page !== undefined) return `..${page}`;
  const place = placeOf(path);
  const isFolder = /^\/[\w~-]+$/.test(place) && !PAGES.includes(place);
  return isFolder ? `.${place}/` : null;
}
