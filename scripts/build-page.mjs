// Builds the page into web/dist unless the last build was made of the same sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './with-node.mjs';

const hash = createHash('sha256');
const files = globSync(
  ['web/{src,scripts}/**/*', 'web/*.{ts,js,json,html}', 'app/src/dashboard/protocol.ts', 'package-lock.json'],
  { cwd: root },
);
for (const file of files.toSorted()) {
  const path = join(root, file);
  if (!path.includes('.') || !/\.\w+$/.test(path)) continue;
  hash.update(file).update(readFileSync(path));
}
const stamp = hash.digest('hex');
const stampFile = join(root, 'web/dist/.contrail-build');
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  process.stderr.write('Building the page …\n');
  const started = Date.now();
  const result = spawnSync('npm', ['run', '-w', '@contrail/web', 'build', '--silent'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout}${result.stderr}`);
    process.exit(1);
  }
  writeFileSync(stampFile, stamp);
  process.stderr.write(`Page built in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}
