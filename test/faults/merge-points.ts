import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { additionsOf } from '../../app/test/pipeline/merge/merge-world.ts';
import type { MergePoint } from '../../app/src/pipeline/merge/apply.ts';
import type { MergeOptions } from '../../app/src/pipeline/merge/merge.ts';
import { BATCH_TABLES } from '../../app/src/lake/tables.ts';
import type { Message } from '../../app/src/topic/topic.ts';

/** The named points of a slice with rows for every table, in their order. */
export const MERGE_POINTS: readonly MergePoint[] = [
  ...BATCH_TABLES.map(({ name }): MergePoint => `written ${name}`),
  'recorded',
  ...BATCH_TABLES.map(({ name }): MergePoint => `committed ${name}`),
  'finished',
];

/** The rows to add that lie beside a lake as messages, if there are some. */
export function readAdditions(directory: string): Partial<MergeOptions> {
  const path = join(directory, 'additions.json');
  if (!existsSync(path)) return {};
  const messages = JSON.parse(readFileSync(path, 'utf8')) as readonly Message[];
  return { additions: additionsOf(messages), work: () => 'backfill', command: 'backfill' };
}
