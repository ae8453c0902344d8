/**
 * A process of its own that appends to a table until it has made `count` commits, or is killed.
 * Arguments: table folder, writer's name, count.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openTable } from '../../src/index.ts';

const [folder = '', name = '', count = '0'] = process.argv.slice(2);
const table = await openTable(folder);
for (let i = 0; i < Number(count); i++) {
  const path = `${name}-${i}.parquet`;
  await writeFile(join(folder, path), 'x');
  const result = await table
    .startTransaction({ operation: 'WRITE' })
    .identify(name, i)
    .append([{ path, bytes: 1, rows: 1, partition: {}, statistics: {} }])
    .commit();
  if (result.kind !== 'committed') throw new Error(`${name} ${i}: ${JSON.stringify(result)}`);
  process.stdout.write(`${result.version}\n`);
}
await table.settled();
