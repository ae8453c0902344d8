import type { Settings } from '../config/settings.ts';
import { applyRetention, retention } from '../program/retention.ts';
import { deletedWords, retentionText } from '../program/retention-words.ts';
import { say } from '../program/terminal/say.ts';

/** `contrail retention`: a line for each table and the totals, or the report as JSON. */
export async function printRetention(
  settings: Settings,
  { isJson, isApplied }: { readonly isJson: boolean; readonly isApplied: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { report, deleted } = isApplied
    ? await applyRetention(settings, signal)
    : { report: await retention(settings, signal), deleted: null };
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ ...report, ...(deleted === null ? {} : { deleted }) })}\n`);
    return;
  }
  process.stdout.write(retentionText(report));
  if (deleted !== null) for (const sentence of deletedWords(deleted)) say(sentence);
}
