import { type Logger, pino } from 'pino';
import type { LogLevel } from '../../config/forms.ts';
import { isDiskTrouble } from '../../errors.ts';
import { printable, printableLines } from './printable.ts';

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

/** Goes to the start of the line and clears it. Source: ECMA-48, CR and EL. */
const ERASE_LINE = '\r\u001B[K';

/** Prints text for people on stderr, because stdout is for programs. Control characters are escaped. */
export function say(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? ERASE_LINE : ''}${printableLines(text)}\n`);
}

/** Prints a line on a terminal that stays until the next one; does nothing elsewhere. */
export function sayForNow(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${ERASE_LINE}${printable(text)}`);
}

/** Clears such a line. */
export function unsay(): void {
  if (process.stderr.isTTY) process.stderr.write(ERASE_LINE);
}

const NUMBER = new Intl.NumberFormat('en');

/** `1,234,567`. */
export const count = (value: number): string => NUMBER.format(value);
