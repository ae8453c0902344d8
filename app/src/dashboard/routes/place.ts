/**
 * The path that a request means. A reverse proxy may serve the page below any path, and may keep or remove that path:
 * so all addresses in the page are relative, and the server looks only at the end of a path.
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
 * Where a browser must be redirected, relative to its address, so that the page's relative addresses work; null if it
 * need not. A path that is not a page is the folder of the page and needs a slash at its end; a page has none.
 */
export function detourOf(path: string): string | null {
  const page = PAGES.find((one) => path.endsWith(`${one}/`));
  if (page !== undefined) return `..${page}`;
  const place = placeOf(path);
  const isFolder = /^\/[\w~-]+$/.test(place) && !PAGES.includes(place);
  return isFolder ? `.${place}/` : null;
}
