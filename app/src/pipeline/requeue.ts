/**
 * Sends quarantined messages to the topic again, with the bytes that they came with. Each part is sent, then noted in
 * `quarantine/requeued`. A process that dies in between sends that part once more; Silver has each position once anyway.
 */
import { createHash } from 'node:crypto';
import { ContrailError } from '../errors.ts';
import { decodeMessage, type MessageValue } from '../flight/decode-message.ts';
import { FIRST_ARCHIVE_PARTITION } from '../lake/bronze-flights.ts';
import type { Lake } from '../lake/lake.ts';
import { NOT_IN_BRONZE, QUARANTINE_FLIGHTS, type QuarantineReason } from '../lake/quarantine-flights.ts';
import { QUARANTINE_REQUEUED } from '../lake/quarantine-requeued.ts';
import type { Topic } from '../topic/topic.ts';

/** Messages that are sent and noted together. */
const PART = 1_000;
/** Bytes of messages that are held at once, about. */
const PART_BYTES = 8 << 20;

export interface RequeueOptions {
  readonly lake: Lake;
  readonly topic: Pick<Topic, 'append'>;
  readonly reason: QuarantineReason;
  /** The most messages to send. */
  readonly limit?: number;
  /** Counts, and sends nothing. */
  readonly dryRun?: boolean;
  /** Sends what was sent before, too. */
  readonly again?: boolean;
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Called at points at which a crash must lose nothing, for tests. */
  readonly onPoint?: (point: 'sent' | 'noted') => void;
}

/** Rows of the quarantine with a reason, by what became of them. */
export interface Requeued {
  readonly sent: number;
  /** Sent by an earlier run, or the same bytes as another one. */
  readonly known: number;
  /** The quarantine does not have their bytes: no engine could take them. */
  readonly withoutBytes: number;
  /** Left for another run by the limit or the signal. */
  readonly left: number;
}

/** @throws ContrailError `invalid` / `requeue-from-bronze` for a reason whose rows are in Bronze; as the topic does */
export async function requeue(options: RequeueOptions): Promise<Requeued> {
  const { lake, reason, limit = Infinity, signal } = options;
  if (!NOT_IN_BRONZE.includes(reason))
    throw new ContrailError(
      'requeue-from-bronze',
      `Rows with the reason ${reason} are in Bronze, so nothing has to be sent again: "contrail rebuild" judges them by the rules of today.`,
    );
  const known = await sentBefore(options);
  let part: Found[] = [];
  let bytes = 0;
  let [sent, skipped, withoutBytes, left] = [0, 0, 0, 0];
  const flush = async (): Promise<void> => {
    if (part.length > 0 && options.dryRun !== true) await sendPart(options, part);
    sent += part.length;
    [part, bytes] = [[], 0];
  };
  const snapshot = await (await lake.table(QUARANTINE_FLIGHTS))?.snapshot();
  const columns = ['reason', 'payload', 'payload_bytes', 'topic_partition', 'topic_offset'];
  for await (const rows of snapshot?.rows({ columns }) ?? []) {
    for (const row of rows) {
      // A row of an archive was no message: the topic never had it.
      if (row['reason'] !== reason || Number(row['topic_partition']) >= FIRST_ARCHIVE_PARTITION) continue;
      const value = valueOf(row);
      if (value === null) {
        withoutBytes += 1;
        continue;
      }
      const sha256 = createHash('sha256').update(value).digest('hex');
      if (known.has(sha256)) skipped += 1;
      else if (sent + part.length >= limit || signal?.aborted === true) left += 1;
      else {
        known.add(sha256);
        part.push({ value, sha256, partition: Number(row['topic_partition']), offset: row['topic_offset'] });
        bytes += value.length;
      }
      if (part.length === PART || bytes > PART_BYTES) await flush();
    }
  }
  await flush();
  return { sent, known: skipped, withoutBytes, left };
}

interface Found {
  readonly value: MessageValue;
  readonly sha256: string;
  readonly partition: number;
  readonly offset: unknown;
}

/** A message as it came: its bytes if it is not UTF-8, else its text. */
function valueOf(row: Readonly<Record<string, unknown>>): MessageValue | null {
  const { payload, payload_bytes: bytes } = row;
  if (bytes instanceof Uint8Array) return bytes;
  return typeof payload === 'string' ? payload : null;
}

async function sentBefore({ lake, again }: RequeueOptions): Promise<Set<string>> {
  const sent = new Set<string>();
  if (again === true) return sent;
  const snapshot = await (await lake.table(QUARANTINE_REQUEUED))?.snapshot();
  for await (const rows of snapshot?.rows({ columns: ['payload_sha256'] }) ?? [])
    for (const { payload_sha256: digest } of rows) if (typeof digest === 'string') sent.add(digest);
  return sent;
}

async function sendPart(options: RequeueOptions, part: readonly Found[]): Promise<void> {
  const { lake, topic, reason, clock, signal, onPoint } = options;
  const nowMs = clock();
  const messages = part.map(({ value }) => ({ key: keyOf(value), value, timestamp_ms: nowMs }));
  await topic.append(messages, { signal });
  onPoint?.('sent');
  const table = await lake.create(QUARANTINE_REQUEUED, await lake.simulated());
  await table.append(
    part.map(({ sha256, partition, offset }) => ({
      payload_sha256: sha256,
      reason,
      topic_partition: partition,
      topic_offset: offset,
      requeued_at: new Date(nowMs),
    })),
  );
  onPoint?.('noted');
}

/** The key that ingest gives: the address, if the message can be read. The quarantine does not have the former key. */
const keyOf = (value: MessageValue): string | null =>
  decodeMessage(value).fields?.icao24?.toLowerCase() ?? null;
