/**
 * A process of its own that appends rows to a table until told to stop (end of standard input), then prints how many
 * commits it made. Arguments: table folder, writer's number.
 */
import { hyparquetCodec, openTable, struct } from '../../src/index.ts';

const [folder = '', number = '0'] = process.argv.slice(2);
const schema = struct({ writer: 'integer', row: 'long' });
const table = await openTable(folder);
let isStopped = false;
process.stdin.on('end', () => (isStopped = true)).resume();
process.stdout.write('ready\n');
let row = 0;
while (!isStopped) {
  const path = `part-${number}-${row}.parquet`;
  const body = await hyparquetCodec().write([{ writer: Number(number), row: BigInt(row) }], schema);
  await table.store.put(path, body);
  const result = await table
    .startTransaction({ operation: 'STREAMING UPDATE' })
    .identify(`writer${number}`, row)
    .append([{ path, bytes: body.byteLength, rows: 1, partition: {}, statistics: {} }])
    .commit();
  if (result.kind !== 'committed')
    throw new Error(`Row ${row} of writer ${number}: ${JSON.stringify(result)}`);
  row += 1;
}
await table.settled();
process.stdout.write(`${row}\n`);
