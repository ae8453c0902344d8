/**
 * A process of its own that waits for a line `{ folder, operation, step }`, runs the operation on the table, and is
 * killed at the step. Without one, it answers with the steps that there are.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { withoutLinks } from '../../storage/no-links.ts';
import { OPERATIONS } from './operations.ts';
import { killAt, type KillStep } from './steps.ts';

const lines = createInterface({ input: process.stdin });
const [line] = (await once(lines, 'line')) as [string];
lines.close();
const task = JSON.parse(line) as { folder: string; operation: string; step: KillStep | null };
const operation = OPERATIONS.find(({ name }) => name === task.operation);
if (!operation) throw new Error(`There is no operation ${task.operation}.`);
if (operation.hasLinks === false) withoutLinks();
const steps = killAt(task.step);
await operation.run(task.folder);
process.stdout.write(JSON.stringify(steps()));
