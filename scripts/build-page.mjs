// Builds the page into web/dist unless the last build was made of the same sources.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from './install.mjs';
import { root } from './with-node.mjs';

const hash = createHash('sha256');
const files = globSync(
  [
    'web/{src,scripts,layers}/**/*',
    'app/src/lake/airports.json',
    'web/*.{ts,js,json,html}',
    'app/src/dashboard/protocol.ts',
    'app/src/wire/*.ts',
    'package-lock.json',
  ],
  { cwd: root },
);
for (const file of files.toSorted()) {
  const path = join(root, file);
  if (!path.includes('.') || !/\.\w+$/.test(path)) continue;
  hash.update(file).update(readFileSync(path));
}
const stamp = hash.digest('hex');
const stampFile = join(root, 'web/dist/.contrail-build');
const isBuilt = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
if (!isBuilt()) {
  const unlock = await takeLock(
    join(root, '.contrail-build.lock'),
    'The page is being built by another command; waiting for it …',
  );
  // Another one may just have finished it.
  const isOk = isBuilt() || (await build());
  unlock();
  if (!isOk) process.exit(1);
}

async function build() {
  process.stderr.write('Building the page …\n');
  const started = Date.now();
  const child = spawn('npm', ['run', '-w', '@contrail/web', 'build', '--silent'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const [code] = await once(child, 'close').catch(() => [1]);
  if (code !== 0) {
    process.stderr.write(said);
    return false;
  }
  writeFileSync(stampFile, stamp);
  process.stderr.write(`Page built in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
  return true;
}
