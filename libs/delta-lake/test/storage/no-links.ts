import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Takes hard links away from this process, as a file system does that has none; answers what gives them back. Import this
 * file with `?now` to do so at the start of a process.
 */
export function withoutLinks(code = 'EPERM'): () => void {
  const { link } = fs.promises;
  fs.promises.link = async () => {
    throw Object.assign(new Error(`${code}: operation not permitted, link`), { code });
  };
  syncBuiltinESMExports();
  return () => {
    fs.promises.link = link;
    syncBuiltinESMExports();
  };
}

if (import.meta.url.endsWith('?now')) withoutLinks();
