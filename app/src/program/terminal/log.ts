import { type Logger, pino } from 'pino';
import type { LogLevel } from '../../config/forms.ts';
import { isDiskTrouble } from '../../errors.ts';

/**
 * The log of a command: JSON lines on stdout (twelve-factor). On a terminal, `say` prints sentences instead, so the
 * JSON is left out below `warn`.
 */
export function openLog(level: LogLevel): Logger {
  const stdout = pino.destination(1);
  stdout.on('error', (error: Error) => {
    // On a full disk, lines of the log are lost, but nothing ends.
    if (!isDiskTrouble(error)) throw error;
  });
  return pino({ level: process.stderr.isTTY && level === 'info' ? 'warn' : level }, stdout);
}
