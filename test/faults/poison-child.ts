/**
 * A process of its own that runs the pipeline with an engine that a message called `poison` stops, for
 * `poison-batch.test.ts`: `poison-child.ts DIRECTORY MAX_ROWS POINT TIMES` dies by SIGKILL when it reaches POINT for the
 * TIMES-th time.
 */
import { PoisonedEngine } from '../../app/test/pipeline/poisoned-engine.ts';
import { openEngine, run } from '../../app/test/pipeline/small-world.ts';

const [directory = '', maxRows = '0', deadly = '', times = '1'] = process.argv.slice(2);
let left = Number(times);
const engine = new PoisonedEngine(await openEngine(directory), {
  batch: (messages) => messages.some((message) => message.includes('poison')),
});
await run(directory, {
  maxRows: Number(maxRows),
  engine,
  onPoint: (point) => {
    if (point !== deadly) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
