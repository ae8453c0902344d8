/**
 * A process of its own that runs the pipeline and kills itself, for `pipeline-kill.test.ts`:
 * `pipeline-child.ts DIRECTORY MAX_ROWS POINT TIMES [pass-over-gaps]` dies by SIGKILL when it reaches POINT for the TIMES-th time.
 */
import { run } from '../../app/test/pipeline/small-world.ts';

const [directory = '', maxRows = '0', deadly = '', times = '1', mode = ''] = process.argv.slice(2);
let left = Number(times);
await run(directory, {
  maxRows: Number(maxRows),
  passOverGaps: mode === 'pass-over-gaps',
  onPoint: (point) => {
    if (point !== deadly) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
