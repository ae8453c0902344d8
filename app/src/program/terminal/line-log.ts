import { hostname } from 'node:os';
import type { LogLevel } from '../../config/forms.ts';

const AT_INFO: readonly LogLevel[] = ['trace', 'debug', 'info'];

/**
 * A log of one level, `info`, with the lines of `openLog`, for a process that is to stay small: the library takes 12 MB. A full
 * disk loses lines, and ends nothing.
 */
export function lineLog(level: LogLevel): (facts: Readonly<Record<string, unknown>>) => void {
  if (!AT_INFO.includes(level) || (process.stderr.isTTY && level === 'info')) return () => undefined;
  const host = { pid: process.pid, hostname: hostname() };
  return (facts) =>
    void process.stdout.write(`${JSON.stringify({ level: 30, time: Date.now(), ...host, ...facts })}\n`);
}
