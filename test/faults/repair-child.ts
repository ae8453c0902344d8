/** A process of its own that repairs a lake and kills itself: `repair-child.ts DIRECTORY POINT`. */
import { repaired } from '../../app/test/pipeline/repair/repaired.ts';

const [directory = '', deadly = ''] = process.argv.slice(2);
await repaired(directory, {
  onPoint: (point) => {
    if (point === deadly) process.kill(process.pid, 'SIGKILL');
  },
});
