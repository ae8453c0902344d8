// `npm run -w web build`: the basemap, unless it stands already, and then the page into web/dist.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { basemapStamp, buildBasemap } from './basemap.mjs';

const generated = new URL('../generated/', import.meta.url);
const stampFile = new URL('stamp', generated);

/** Makes `web/generated/` when it is missing or of another version; about two seconds. */
export function prepareBasemap() {
  const stamp = basemapStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  const sizes = buildBasemap(generated);
  writeFileSync(stampFile, stamp);
  process.stdout.write(`basemap: ${JSON.stringify(sizes)} bytes\n`);
}

prepareBasemap();
if (!process.argv.includes('--basemap-only')) {
  await build({ configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)), logLevel: 'warn' });
  process.stdout.write('page: web/dist\n');
}
