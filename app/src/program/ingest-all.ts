import { messageOf } from '../errors.ts';
import type { IngestCounts } from '../ingest/ingest.ts';
import type { Source } from '../ingest/source.ts';
import { say } from './terminal/say.ts';

/**
 * Runs a loop for each source. A single source has no label, and its failure ends everything. With several, each vector
 * has the name of its source, and if one fails the others go on; when all have failed, the first failure is thrown.
 */
export async function ingestAll(
  sources: readonly Source[],
  run: (source: Source, label: string | undefined) => Promise<IngestCounts>,
): Promise<readonly IngestCounts[]> {
  const [only, ...others] = sources;
  if (only !== undefined && others.length === 0) return [await run(only, undefined)];
  const results = await Promise.allSettled(
    sources.map(async (source) => {
      try {
        return await run(source, source.name);
      } catch (error) {
        const why = messageOf(error);
        say(`The source ${source.name} has ended: ${why} The other sources go on.`);
        throw error;
      }
    }),
  );
  const counts = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
  const failed = results.find((result) => result.status === 'rejected');
  if (counts.length === 0 && failed !== undefined) throw failed.reason;
  return counts;
}

/** The sum of what several loops have done. */
export function sumOf(counts: readonly IngestCounts[]): IngestCounts {
  const sum = (of: (one: IngestCounts) => number): number => counts.reduce((all, one) => all + of(one), 0);
  return {
    polls: sum((one) => one.polls),
    messages: sum((one) => one.messages),
    simulated: sum((one) => one.simulated),
    real: sum((one) => one.real),
    malformed: sum((one) => one.malformed),
    firstSimulated: counts.find((one) => one.firstSimulated !== null)?.firstSimulated ?? null,
  };
}
