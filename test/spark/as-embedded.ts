import { join } from 'node:path';
import type { Engine } from '../../app/src/engine/engine.ts';
import type { Lake } from '../../app/src/lake/lake.ts';
import type { BatchProgress } from '../../app/src/lake/progress.ts';
import { expectSameTables } from '../../app/test/pipeline/same-tables.ts';
import { openLake, openTopic, run, type RunOptions } from '../../app/test/pipeline/small-world.ts';
import type { Message, Topic } from '../../app/src/topic/topic.ts';

/** What is compared with the embedded path. */
export interface Distributed extends Pick<RunOptions, 'airports'> {
  /** An empty folder for what the embedded path makes. */
  readonly directory: string;
  /** In pieces: together they may be more than memory holds. */
  readonly messages: Iterable<readonly Message[]>;
  readonly topic: Topic;
  readonly engine: Engine;
  readonly lake: Lake;
  readonly maxRows: number;
}

/** Most messages that the embedded path takes at once: all of a small world, and what fits in memory of a large one. */
const EMBEDDED_ROWS = 100_000;

/**
 * The same messages, in the embedded topic and in Kafka, give the same tables by the embedded path and by the engine that
 * is given. Answers the micro-batches of the latter.
 */
export async function expectTablesOfEmbeddedPath(parts: Distributed): Promise<readonly BatchProgress[]> {
  const { directory, messages, topic, engine, lake, maxRows, airports } = parts;
  const embedded = join(directory, 'embedded');
  const reference = airports === undefined ? {} : { airports };
  {
    await using local = await openTopic(embedded);
    for (const some of messages) await Promise.all([local.append(some), topic.append(some)]);
  }
  await run(embedded, { maxRows: EMBEDDED_ROWS, ...reference });
  const batches: BatchProgress[] = [];
  await run(directory, {
    maxRows,
    topic,
    engine,
    lake,
    ...reference,
    clock: Date.now,
    onBatch: (batch) => batches.push(batch),
  });
  await expectSameTables(lake, openLake(embedded));
  return batches;
}
