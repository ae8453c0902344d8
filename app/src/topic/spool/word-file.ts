/**
 * What sources say while the topic is away: the newest word of each, beside the spool, as a JSON list. A pipeline with the same data
 * folder takes it into the lake, and `doctor` shows it. It is information, never state: nothing waits for it, and a file that
 * cannot be written or read is none.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type SourceWord, toSourceWord } from '../../flight/source-word.ts';

/** The name of the words beside a spool. */
export const wordsBeside = (spool: string): string => spool.replace(/\.db$/, '.words.json');

/** Replaces the words, whole. */
export function writeWords(file: string, words: Iterable<SourceWord>): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify([...words]));
    renameSync(`${file}.new`, file);
  } catch {
    // The disk may be full; what can be said over the topic is said there later.
  }
}

/** The topic takes words again. */
export function removeWords(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It stays, and newer words count.
  }
}

/** None where there is no file, or not one of this version. */
export function readWords(file: string): readonly SourceWord[] {
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(found) ? found.map(toSourceWord).filter((word) => word !== null) : [];
  } catch {
    return [];
  }
}

/** The newest word of each source, by name. */
export function newestWords(...all: readonly (readonly SourceWord[])[]): readonly SourceWord[] {
  const newest = new Map<string, SourceWord>();
  for (const word of all.flat()) {
    const before = newest.get(word.source);
    if (before === undefined || before.at_ms <= word.at_ms) newest.set(word.source, word);
  }
  return [...newest.values()].toSorted((a, b) => (a.source < b.source ? -1 : 1));
}
