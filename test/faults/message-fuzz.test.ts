import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fuzzedMessages, fuzzSize } from '../../app/test/flight/message-fuzz.ts';
import { openEngine } from '../../app/test/pipeline/small-world.ts';
import type { MessageReader, Relation, Row } from '../../app/src/engine/engine.ts';
import { decodeMessage, type MessageValue, MESSAGE_FIELDS } from '../../app/src/flight/decode-message.ts';
import { PARAMETERS, QUERIES } from '../../app/src/pipeline/queries.ts';

const AT_ONCE = 20_000;
const RECEIVED_MS = 1_634_471_400_000;
/** One of so many rows is compared cell by cell. */
const COMPARED = 10;

const topicOf = (values: readonly MessageValue[]): MessageReader => ({
  name: 'fuzz',
  async *read() {
    yield await Promise.resolve({
      partition: 0,
      offsets: { first: 0n },
      timestamps_ms: RECEIVED_MS,
      values,
    });
  },
});

/** What the cells of a message have to be: what JavaScript reads, as a table can hold it. */
function cellsOf(value: MessageValue): Row {
  const { fields } = decodeMessage(value);
  return Object.fromEntries(
    MESSAGE_FIELDS.map(([name, type]) => {
      const cell = fields?.[name] ?? null;
      if (typeof cell === 'string') return [name, cell.toWellFormed()];
      return [
        name,
        type === 'long' && cell !== null ? BigInt(cell as number | bigint) : (cell as Row[string]),
      ];
    }),
  );
}

it(
  'takes any message: one row for each, with the right reason, and all accounted for',
  { timeout: 1_800_000 },
  async () => {
    const { messages, seed } = fuzzSize(200_000);
    const directory = mkdtempSync(join(tmpdir(), 'contrail-fuzz-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    await using engine = await openEngine(directory);
    const fuzzed = fuzzedMessages(seed);
    const batch: Relation = { kind: 'kept', name: 'batch' };
    const reasons = new Map<string, number>();
    for (let first = 0; first < messages; first += AT_ONCE) {
      const values = Array.from({ length: Math.min(AT_ONCE, messages - first) }, () => fuzzed.next().value);
      const rows = values.length;
      const { max_ahead_seconds, earliest_seconds } = PARAMETERS;
      await engine.keep('batch', {
        sql: QUERIES.batch,
        relations: {
          messages: {
            kind: 'messages',
            topic: topicOf(values),
            ranges: [{ partition: 0, start: 0n, end: BigInt(rows) }],
            simulated: false,
          },
        },
        parameters: {
          max_ahead_seconds,
          earliest_seconds,
          clock_seconds: BigInt(RECEIVED_MS / 1000),
          simulated: false,
        },
      });
      const found = await engine.rows({
        sql: 'select topic_offset, reason, detail, payload is not null as has_payload, payload_bytes is not null as has_bytes from batch order by topic_offset',
        relations: { batch },
      });
      expect(found.length).toBe(rows);
      for (const [index, row] of found.entries()) {
        const value = values[index] as MessageValue;
        const { fields, malformed } = decodeMessage(value);
        const kind = malformed !== null ? 'malformed' : fields?.feed === 'simulator' ? 'other_kind' : null;
        const { topic_offset, reason, has_payload, has_bytes, detail } = row;
        const isRight =
          topic_offset === BigInt(index) &&
          (kind === null ? reason !== 'malformed' && reason !== 'other_kind' : reason === kind) &&
          detail === malformed &&
          has_payload === (kind !== null) &&
          has_bytes === (typeof value !== 'string');
        if (!isRight)
          expect.fail(
            `message ${first + index} of seed ${seed}: ${String(value)}\nis ${String(reason)}: ${String(detail)}`,
          );
        const name = String(reason);
        reasons.set(name, (reasons.get(name) ?? 0) + 1);
      }
      const list = MESSAGE_FIELDS.map(([name]) => name).join(', ');
      const cells = await engine.rows({
        sql: `select topic_offset, ${list} from batch where topic_offset % ${COMPARED} = 0 order by topic_offset`,
        relations: { batch },
      });
      for (const { topic_offset, ...row } of cells)
        expect(row, `message ${first} + ${String(topic_offset)} of seed ${seed}`).toEqual(
          cellsOf(values[Number(topic_offset)] as MessageValue),
        );
      const [bronze] = await engine.rows({
        sql: `select count(*) as rows from (${QUERIES.bronze})`,
        relations: { batch },
      });
      const apart = found.filter(({ has_payload }) => has_payload === true).length;
      expect(Number(bronze?.['rows']) + apart).toBe(rows);
    }
    process.stderr.write(`message fuzz: ${JSON.stringify(Object.fromEntries(reasons))}\n`);
    for (const reason of [
      'null',
      'malformed',
      'other_kind',
      'invalid_icao24',
      'missing_time',
      'missing_position',
    ])
      expect(reasons.get(reason) ?? 0, reason).toBeGreaterThan(messages / 1_000);
  },
);
