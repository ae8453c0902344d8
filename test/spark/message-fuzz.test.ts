import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Engine, MessagesRelation, Row } from '../../app/src/engine/engine.ts';
import type { Message } from '../../app/src/topic/topic.ts';
import { PARAMETERS, QUERIES } from '../../app/src/pipeline/queries.ts';
import { fuzzedMessages, fuzzSize } from '../../app/test/flight/message-fuzz.ts';
import { canonical, openEngine } from '../../app/test/pipeline/small-world.ts';
import { freshName, kafkaTopic, startBroker } from '../kafka/broker.ts';
import { openSparkEngine } from './engine.ts';
import { HAS_SPARK } from './shared.ts';

const RECEIVED_MS = 1_634_471_400_000;

/** Rows as texts, by their place; -0 and NaN are themselves, bytes are hexadecimal. */
async function batchRows(engine: Engine, messages: MessagesRelation): Promise<ReadonlyMap<string, string>> {
  const { max_ahead_seconds, earliest_seconds } = PARAMETERS;
  const { simulated } = messages;
  const clock_seconds = BigInt(RECEIVED_MS / 1000);
  await engine.keep('batch', {
    sql: QUERIES.batch,
    relations: { messages },
    parameters: { max_ahead_seconds, earliest_seconds, clock_seconds, simulated },
  });
  const rows = await engine.rows({
    sql: 'select * from batch',
    relations: { batch: { kind: 'kept', name: 'batch' } },
  });
  const text = ({ topic_partition, topic_offset, ...cells }: Row): [string, string] => [
    `${String(topic_partition)}/${String(topic_offset)}`,
    canonical(
      Object.fromEntries(
        Object.entries(cells)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => [
            name,
            value instanceof Uint8Array
              ? Buffer.from(value).toString('hex')
              : Object.is(value, -0)
                ? '-0'
                : value,
          ]),
      ),
    ),
  ];
  const found = new Map(rows.map(text));
  expect(found.size, 'rows with one place').toBe(rows.length);
  return found;
}

describe.skipIf(!HAS_SPARK)('any message', { timeout: 1_800_000 }, () => {
  it('is read by Spark as by DuckDB: one row for each, the same in every cell', async () => {
    const { messages, seed } = fuzzSize(10_000);
    const directory = mkdtempSync(join(tmpdir(), 'contrail-spark-fuzz-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    await using kafka = await startBroker();
    const { bootstrap } = kafka.broker;
    await using topic = kafkaTopic(bootstrap, freshName());
    const fuzzed = fuzzedMessages(seed);
    const all = Array.from({ length: messages }, (_, index): Message => ({
      key: String(index),
      value: fuzzed.next().value,
      timestamp_ms: RECEIVED_MS,
    }));
    await topic.append(all);
    const relation: MessagesRelation = {
      kind: 'messages',
      topic,
      ranges: await topic.offsets(),
      simulated: false,
    };
    await using duckdb = await openEngine(directory);
    await using spark = openSparkEngine(directory, {
      kafka: { options: { 'kafka.bootstrap.servers': bootstrap } },
    });
    const wanted = await batchRows(duckdb, relation);
    const found = await batchRows(spark, relation);
    expect(wanted.size).toBe(messages);
    expect(found.size).toBe(messages);
    const differing = [...wanted].filter(([place, row]) => found.get(place) !== row);
    expect(differing.slice(0, 5).map(([place, row]) => `${place}\n${found.get(place)}\n${row}`)).toEqual([]);
  });
});
