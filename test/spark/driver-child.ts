/**
 * A driver of Spark that kills itself, for `driver-kill.test.ts`: `driver-child.ts DIRECTORY POINT SPARK BOOTSTRAP TOPIC
 * MAX_ROWS` goes on with the batch that a former one left open, and dies by SIGKILL at POINT. It dies at the commit of a
 * table when the open batch is finished and a new one is under way; at any other point, as soon as it reaches it.
 */
import { localStore } from '@contrail/delta-lake';
import { join } from 'node:path';
import { SparkEngine } from '../../app/src/engine/spark/engine.ts';
import { run } from '../../app/test/pipeline/small-world.ts';
import { kafkaTopic } from '../kafka/broker.ts';

const [directory = '', deadly = '', address = '', bootstrap = '', name = '', maxRows = ''] =
  process.argv.slice(2);
await using topic = kafkaTopic(bootstrap, name);
await using engine = new SparkEngine({
  address,
  store: localStore(join(directory, 'lake')),
  kafka: { options: { 'kafka.bootstrap.servers': bootstrap } },
  shufflePartitions: 2,
});
// A batch that is run again was planned by the process that recorded it.
let isNew = false;
await run(directory, {
  maxRows: Number(maxRows),
  topic,
  engine,
  onPoint: (point) => {
    isNew ||= point === 'planned';
    if (point === deadly && (isNew || !point.startsWith('committed '))) process.kill(process.pid, 'SIGKILL');
  },
});
