import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Allows only our own origin, no inline script or style, and no embedding in a frame. Source: CSP Level 3. */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every answer. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.bin': 'application/octet-stream',
  '.txt': 'text/plain; charset=utf-8',
};
/** Compressed already. */
const NOT_GZIPPED: readonly string[] = ['.png', '.woff2', '.ico'];
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** One file of the built page, ready to send. */
export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer> | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Finds what to answer for a path: a file, or null. */
export type PageFiles = (path: string) => Promise<Asset | null>;

/**
 * The built page below `root`. Files under `assets/` carry a hash in their name and may be kept forever; browsers ask
 * for all others each time. Files outside `root` are never sent. Files are read and compressed once, and again after a
 * change.
 */
export function pageFiles(root: string): PageFiles {
  const kept = new Map<string, { readonly stamp: string; readonly asset: Asset }>();
  return async (path) => {
    const file = fileOf(root, path);
    if (file === null) return null;
    const found = await stat(file).catch(() => null);
    if (found === null || !found.isFile()) return null;
    const stamp = `${found.mtimeMs}/${found.size}`;
    const known = kept.get(file);
    if (known?.stamp === stamp) return known.asset;
    const asset = await loadAsset(file, stamp, path.startsWith('/assets/'));
    kept.set(file, { stamp, asset });
    return asset;
  };
}

/** Shown instead of the page when it has not been built. The API works without it. */
export const NOT_BUILT_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Contrail: page not built</title>
<h1>The page has not been built</h1>
<p>The dashboard server runs, but its page is missing. Build it with</p>
<pre>npm run -w web build</pre>
<p>and load this again. The numbers behind it are at <a href="api/status">api/status</a>.</p>
</html>
`;

function fileOf(root: string, path: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return null;
  const file = normalize(join(root, decoded));
  return file.startsWith(normalize(root + sep)) ? file : null;
}

async function loadAsset(file: string, stamp: string, isHashed: boolean): Promise<Asset> {
  const body = Uint8Array.from(await readFile(file));
  const extension = extname(file);
  const isSmaller = body.length > 1024 && !NOT_GZIPPED.includes(extension);
  return {
    body,
    gzipped: isSmaller ? Uint8Array.from(await promisify(gzip)(body)) : null,
    headers: {
      'Content-Type': TYPES[extension] ?? 'application/octet-stream',
      'Cache-Control': isHashed ? IMMUTABLE : 'no-cache',
      ETag: `"${stamp}"`,
      Vary: 'Accept-Encoding',
    },
  };
}
