import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { openTable } from '../../../src/index.ts';
import { temporaryFolder } from '../../tables.ts';
import { withoutLinks } from '../../storage/no-links.ts';
import type { KillStep } from './steps.ts';
import { goOn, idsOf, type KilledOperation, OPERATIONS, prepare, tidyUp } from './operations.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');
const TEMPORARY = /\.tmp$/;
/** Processes that have started and wait: starting takes far longer than what they are killed at. */
const WAITING = 4;
/** While one table is audited, a process works on another one. */
const LANES = 2;

let kills = 0;
afterAll(() => console.info(`killed ${kills} times`));

class Workers {
  readonly #waiting: ChildProcess[] = [];
  readonly #compiled = temporaryFolder();

  constructor() {
    for (let i = 0; i < WAITING; i++) this.#start();
    onTestFinished(() => {
      for (const worker of this.#waiting) worker.kill('SIGKILL');
    });
  }

  /** Has the operation killed at a step. */
  async kill(folder: string, operation: string, step: KillStep): Promise<void> {
    const { output, signal } = await this.#run(folder, operation, step);
    expect({ output, signal }, step).toEqual({ output: 'killed\n', signal: 'SIGKILL' });
  }

  /** Has the operation run through. Answers its steps. */
  async steps(folder: string, operation: string): Promise<readonly KillStep[]> {
    const { output, code } = await this.#run(folder, operation, null);
    expect(code).toBe(0);
    return JSON.parse(output) as readonly KillStep[];
  }

  async #run(
    folder: string,
    operation: string,
    step: KillStep | null,
  ): Promise<{ readonly output: string; readonly code: number | null; readonly signal: string | null }> {
    const worker = this.#waiting.shift();
    if (!worker?.stdout || !worker.stdin) throw new Error('No process waits.');
    this.#start();
    worker.stdin.end(`${JSON.stringify({ folder, operation, step })}\n`);
    const [output, [code, signal]] = await Promise.all([
      text(worker.stdout),
      once(worker, 'exit') as Promise<[number | null, string | null]>,
    ]);
    return { output, code, signal };
  }

  #start(): void {
    const worker = spawn(process.execPath, [WORKER], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: this.#compiled },
    });
    this.#waiting.push(worker);
  }
}

/** What lies below a folder, as paths relative to it. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

async function checkWhole(folder: string): Promise<void> {
  const { findings } = await (await openTable(folder)).check();
  expect(findings).toEqual([]);
}

/** The table of an operation that was killed, and what can be done with it. */
async function audit(folder: string, { run, before, after }: KilledOperation): Promise<void> {
  const found = await idsOf(folder);
  expect([before, after]).toContainEqual(found);
  if (found !== null) await checkWhole(folder);
  await run(folder);
  expect(await idsOf(folder)).toEqual(after);
  await goOn(folder, 99);
  expect(await idsOf(folder)).toEqual([...after, 99]);
  await checkWhole(folder);
  await tidyUp(folder);
  expect(await idsOf(folder)).toEqual([...after, 99]);
  expect(filesIn(folder).filter((path) => TEMPORARY.test(path))).toEqual([]);
}

describe.each(OPERATIONS)('$name, killed at every step', (operation) => {
  test('leaves the table as it was or as it should become, usable, and without remains', async () => {
    const root = temporaryFolder();
    const template = join(root, 'template', 'table');
    mkdirSync(template, { recursive: true });
    await prepare(template, operation);
    if (operation.hasLinks === false) onTestFinished(withoutLinks());
    const workers = new Workers();
    let copies = 0;
    const copy = (): string => {
      const folder = join(root, String(copies++), 'table');
      cpSync(template, folder, { recursive: true, preserveTimestamps: true });
      return folder;
    };
    const whole = copy();
    const steps = await workers.steps(whole, operation.name);
    expect(await idsOf(whole)).toEqual(operation.after);
    const left = [...steps];
    const lane = async (): Promise<void> => {
      for (let step = left.shift(); step !== undefined; step = left.shift()) {
        const folder = copy();
        await workers.kill(folder, operation.name, step);
        kills += 1;
        await expect(audit(folder, operation), `killed at: ${step}`).resolves.toBeUndefined();
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    for (const name of operation.steps) {
      const isIt = (step: string): boolean => (typeof name === 'string' ? step === name : name.test(step));
      expect(steps.some(isIt), `a kill at ${String(name)}, among ${steps.join(', ')}`).toBe(true);
    }
  });
});
