import { readFileSync } from 'node:fs';

const read = (name: string): string => readFileSync(new URL(`sql/${name}.sql`, import.meta.url), 'utf8');

/** The SELECTs that a merge has beside those of a micro-batch. Each file says its grain, key and inputs. */
export const MERGE_QUERIES = {
  windows: read('windows'),
  added: read('added'),
  messages: read('messages'),
  duplicates: read('duplicates'),
  lacking: read('lacking'),
  released: read('released'),
  keptInQuarantine: read('kept_in_quarantine'),
} as const;
