import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The result of a program that has ended. */
export interface ProgramResult {
  /** Null when it could not be started or was killed. */
  readonly code: number | null;
  readonly output: string;
  /** What it wrote to standard error, or why it could not be started. */
  readonly complaints: string;
}

/** How a program is run. */
export interface RunOptions {
  readonly folder?: string;
  /** Takes each line of standard output. */
  readonly onOutput?: (line: string) => void;
  /** Takes each line of standard error. */
  readonly onComplaint?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program to its end. @throws the signal's reason */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramResult> {
  const { folder, signal, onOutput, onComplaint } = options;
  const child = spawn(command, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
    signal,
  });
  let output = '';
  const complaints: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  if (onOutput !== undefined) createInterface({ input: child.stdout }).on('line', onOutput);
  createInterface({ input: child.stderr }).on('line', (line) => {
    complaints.push(line);
    onComplaint?.(line);
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output, complaints: complaints.join('\n') };
  } catch (error) {
    signal?.throwIfAborted();
    return { code: null, output, complaints: String(error) };
  }
}

/** Runs a program to its end; answers what it wrote to standard error if it failed. @throws the signal's reason */
export async function failureOf(
  command: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { code, complaints } = await runProgram(command, args, { signal });
  return code === 0 ? undefined : complaints.trim() || `${command} ended with code ${code}`;
}
