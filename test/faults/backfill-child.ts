/**
 * A process of its own that backfills an archive and kills itself, for `backfill-kill.test.ts`:
 * `backfill-child.ts DIRECTORY ARCHIVE SLICE_ROWS POINT TIMES` dies by SIGKILL when it reaches POINT for the TIMES-th time.
 */
import { backfill } from '../../app/test/program/backfill/backfill-world.ts';

const [directory = '', archive = '', sliceRows = '0', deadly = '', times = '1'] = process.argv.slice(2);
let left = Number(times);
await backfill(directory, [archive], {
  sliceRows: Number(sliceRows),
  onPoint: (point) => {
    if (point !== deadly) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
