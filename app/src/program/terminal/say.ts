import { printable, printableLines } from './printable.ts';

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

/** A whole number, as `1,234,567`. */
export const count = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');
