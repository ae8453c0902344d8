/**
 * A process of its own on a table in S3, for so many seconds: `append` adds rows, one a commit; `optimize` puts the
 * files together again and again. Arguments: what, table, options of the store as JSON, writer's name, seconds.
 * Says at the end what it did, as one line of JSON.
 */
import { openTable, type S3Options } from '../../../src/index.ts';

const [what, address = '', options = '{}', name = '', seconds = '0'] = process.argv.slice(2);
const s3 = JSON.parse(options) as S3Options;
await using table = await openTable(address, { s3 });
const end = performance.now() + Number(seconds) * 1000;
let commits = 0;
let lostGroups = 0;
while (performance.now() < end) {
  if (what === 'optimize') {
    const report = await table.optimize();
    lostGroups += report.lostGroups;
    if (report.version !== null) commits++;
  } else {
    const result = await table.append([{ id: BigInt(commits), name, day: '2026-11-24' }]);
    if (result.kind !== 'committed') throw new Error(`${name} ${commits}: ${JSON.stringify(result)}`);
    commits++;
  }
}
await table.settled();
process.stdout.write(`${JSON.stringify({ name, commits, lostGroups })}\n`);
