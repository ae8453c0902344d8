import { type Logger, pino } from 'pino';
import type { LogLevel } from '../../config/variables.ts';
import { isDiskTrouble } from '../../errors.ts';
import { printable, printableLines } from './printable.ts';

/**
 * The log of a command: JSON lines on stdout (twelve-factor); where a person watches, `say` prints sentences instead,
 * so the JSON is left out below `warn`.
 */
export function openLog(level: LogLevel): Logger {
  const stdout = pino.destination(1);
  stdout.on('error', (error: Error) => {
    // The disk that the log goes to is full: what cannot be written is not, and nothing else ends for it.
    if (!isDiskTrouble(error)) throw error;
  });
  return pino({ level: process.stderr.isTTY && level === 'info' ? 'warn' : level }, stdout);
}

/** To the start of the line, and what stands there away. Source: ECMA-48, CR and EL. */
const ERASE_LINE = '\r\u001B[K';

/** Words for a person, on stderr, so that stdout stays what a program can read. What a stranger put in does not act on the terminal. */
export function say(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? ERASE_LINE : ''}${printableLines(text)}\n`);
}

/** A line on a terminal that stands until the next one; nothing elsewhere. */
export function sayForNow(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${ERASE_LINE}${printable(text)}`);
}

/** Takes such a line away. */
export function unsay(): void {
  if (process.stderr.isTTY) process.stderr.write(ERASE_LINE);
}

const NUMBER = new Intl.NumberFormat('en');

/** `1,234,567`. */
export const count = (value: number): string => NUMBER.format(value);
