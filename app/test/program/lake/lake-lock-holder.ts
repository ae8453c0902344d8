/** A process that has the lock of the lake in the folder of its first argument, until it is killed. */
import { localStore } from '@contrail/delta-lake';
import { LakeLock } from '../../../src/program/lake/lake-lock.ts';

const lock = new LakeLock(localStore(process.argv[2] ?? ''), `holder ${process.pid}`);
await lock.claim();
process.stdout.write('held\n');
// Also ends with the test that has started it.
process.stdin.resume();
