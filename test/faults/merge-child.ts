/**
 * A process of its own that rebuilds a lake and kills itself, for `merge-kill.test.ts`:
 * `merge-child.ts DIRECTORY SLICE_ROWS POINT TIMES` dies by SIGKILL when it reaches POINT (`any`: whichever) for the TIMES-th time.
 */
import { rebuild } from '../../app/test/pipeline/merge/merge-world.ts';
import { readAdditions } from './merge-points.ts';

const [directory = '', sliceRows = '0', deadly = '', times = '1'] = process.argv.slice(2);
let left = Number(times);
await rebuild(directory, {
  sliceRows: Number(sliceRows),
  ...readAdditions(directory),
  onPoint: (point) => {
    if (point !== deadly && deadly !== 'any') return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
