/** A process of its own that keeps one object in the cache at `argv[2]`, and stops in the middle of another. */
import { writeFile } from 'node:fs/promises';
import { FileCache } from '../../../src/storage/cache/file-cache.ts';

const cache = new FileCache({ folder: process.argv[2] ?? '', maxBytes: 50 });
await cache.copy('whole', 10, (path) => writeFile(path, '0123456789'));
await cache.copy('halfway', 10, async (path) => {
  await writeFile(path, '01234');
  process.stdout.write('half\n');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});
