/**
 * A process of its own that drains the topic of a world of days under KEEP and kills itself, for `keep-kill.test.ts`:
 * `keep-child.ts DIRECTORY DAY POINT TIMES` dies by SIGKILL when it reaches POINT for the TIMES-th time.
 */
import { drainAt, evening } from '../../app/test/pipeline/keep/days-world.ts';
import { TWO_DAYS } from './keep-two-days.ts';

const [directory = '', day = '0', deadly = '', times = '1'] = process.argv.slice(2);
let left = Number(times);
await drainAt(directory, evening(Number(day)), TWO_DAYS, [], {
  onPoint: (point) => {
    if (point !== deadly) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
