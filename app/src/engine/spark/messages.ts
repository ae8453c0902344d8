import { hyparquetCodec, type Row as FileRow, struct } from '@contrail/delta-lake';
import { isUtf8 } from 'node:buffer';
import { ContrailError } from '../../errors.ts';
import {
  decodeMessage,
  FLAT_MESSAGE_SOURCE,
  MESSAGE_FIELDS,
  PLAIN_MESSAGE_SOURCE,
  SIMPLE_MESSAGE_LENGTH,
} from '../../flight/decode-message.ts';
import { LIFE, lifeOf, ownPartition } from '../../flight/topic-life.ts';
import {
  MESSAGE_COLUMNS,
  type MessagesRelation,
  type Relation,
  type Select,
  type UnprocessableMessage,
} from '../engine.ts';
import { type BoundSelect, freshAlias } from './bind.ts';
import type { KeptRelations } from './kept.ts';
import { sparkPattern } from './storage.ts';
import { schemaText, typed } from './values.ts';
import { type Job, type KeptFile, writeKept } from './write.ts';

/** How executors reach Kafka. */
export interface KafkaSource {
  /** Options of Spark's Kafka source: `kafka.bootstrap.servers`, `kafka.security.protocol`, … */
  readonly options: Readonly<Record<string, string>>;
}

/** What keeping messages needs. */
export interface Messages {
  readonly job: Job;
  readonly kafka: KafkaSource | null;
  readonly kept: KeptRelations;
  /** The messages are kept under names that begin with this. */
  readonly name: string;
  readonly relation: MessagesRelation;
}

/** Names of the kept parts, and the relation that joins them. */
export interface KeptMessages {
  readonly relation: Relation;
  readonly inputs: readonly string[];
}

const FIELDS = MESSAGE_COLUMNS.slice(0, MESSAGE_FIELDS.length);
const PLACE = MESSAGE_COLUMNS.filter(({ name }) =>
  ['ingested_at', 'topic_partition', 'topic_offset'].includes(name),
);
const ODD_SCHEMA = struct(
  Object.fromEntries(
    MESSAGE_COLUMNS.map(({ name, type }) => [
      name,
      type === 'array<integer>' ? { type: 'array', elementType: 'integer', containsNull: true } : type,
    ]),
  ),
);

/** Rows of a file with messages that JavaScript decoded. */
const ODD_FILE_ROWS = 20_000;
/**
 * A pattern in Java's syntax. Java matches a repeated group by recursion, so longer lists are left to JavaScript. No
 * part of these patterns can match in a second way, so all quantifiers are possessive.
 */
const javaPattern = (source: string): string =>
  source
    .replace(/^\^/, String.raw`\A`)
    .replace(/\$$/, String.raw`\z`)
    .replaceAll(')*)?', '){0,64})?')
    .replaceAll(/(?<!\()(?:[*?]|\{\d+,\d+\})/g, '$&+');
/** Most messages have the first form, which is faster to match. */
const PATTERNS = { plain: javaPattern(PLAIN_MESSAGE_SOURCE), flat: javaPattern(FLAT_MESSAGE_SOURCE) };

/**
 * The work of the executors: read their ranges, decode simple messages and leave the others undecoded. Messages of the
 * other kind, which go to quarantine, also keep their text. A record without a value is not a message.
 */
const DECODE = `select decoded.*, ingested_at, topic_partition, topic_offset, is_simple,
    case when not is_simple or (coalesce(decoded.feed, '') = 'simulator') <> :simulated then value end as raw
  from (
    select from_json(case when is_simple then text end, '${schemaText(typed(FIELDS)).replaceAll('`', '')}') as decoded, *
    from (
      select *, UNPROCESSABLE octet_length(value) <= ${SIMPLE_MESSAGE_LENGTH} and is_valid_utf8(text)
        and (text rlike :plain or text rlike :flat) as is_simple
      from (
        select value, cast(value as string) as text, timestamp as ingested_at, cast(FIRST_PARTITION + partition as int) as topic_partition,
          offset as topic_offset
        from kafka_records
        where value is not null
      )
    )
  )`;
const ODD = 'select topic_partition, topic_offset, ingested_at, raw from kafka_records where not is_simple';

/**
 * Lets the executors read exact ranges of a topic, and keeps the decoded messages. The contract's exact rules, which
 * are JavaScript's, decide which messages are malformed. Nearly all messages have the plain or the flat form, which
 * every JSON parser accepts, and the executors decode them. The others are decoded here.
 * @throws ContrailError `invalid` / `spark-needs-kafka` when the topic is not in Kafka.
 */
export async function keepMessages(messages: Messages): Promise<KeptMessages> {
  const { job, kept, name } = messages;
  const records = await writeKept(decodedRecords(messages), { ...job, folder: `${job.folder}-records` });
  const recordsName = `${name}/records`;
  await kept.replace(recordsName, records.kept, job.tuning);
  const odd = records.files.filter(({ facts }) => facts.statistics['is_simple']?.min !== true);
  if (odd.length === 0) return { relation: plainOf(recordsName, ''), inputs: [recordsName] };
  const oddName = `${name}/odd`;
  const addresses = await decodeOdd(messages, odd);
  await kept.replace(oddName, { kind: 'files', columns: typed(MESSAGE_COLUMNS), ...addresses }, job.tuning);
  const select: Select = {
    sql: `select * from plain_messages union all select * from odd_messages`,
    relations: {
      plain_messages: plainOf(recordsName, ' where is_simple'),
      odd_messages: { kind: 'kept', name: oddName },
    },
  };
  return { relation: { kind: 'select', select }, inputs: [recordsName, oddName] };
}

function plainOf(records: string, where: string): Relation {
  const list = [...FIELDS, ...PLACE].map(({ name }) => name).join(', ');
  return {
    kind: 'select',
    select: {
      sql: `select ${list}, cast(null as string) as malformed, cast(null as string) as unprocessable,
        cast(raw as string) as payload, cast(null as binary) as payload_bytes from kafka_messages${where}`,
      relations: { kafka_messages: { kind: 'kept', name: records } },
    },
  };
}

function decodedRecords({ job, kafka, relation }: Messages): BoundSelect {
  const { topic, ranges, simulated, unprocessable = [] } = relation;
  if (kafka === null) {
    throw new ContrailError(
      'spark-needs-kafka',
      `Spark cannot read the topic ${topic.name}, because it is embedded in this process. Set KAFKA_BOOTSTRAP, or unset SPARK_REMOTE.`,
    );
  }
  const offsets = (side: 'start' | 'end'): string =>
    `{${JSON.stringify(topic.name)}:{${ranges.map((range) => `"${ownPartition(range.partition)}":${range[side]}`).join(',')}}}`;
  const records = job.session.read({
    format: 'kafka',
    options: {
      'kafka.isolation.level': 'read_committed',
      ...kafka.options,
      assign: JSON.stringify({ [topic.name]: ranges.map(({ partition }) => ownPartition(partition)) }),
      startingOffsets: offsets('start'),
      endingOffsets: offsets('end'),
      failOnDataLoss: 'true',
    },
  });
  // All ranges of a batch are of one life of the topic.
  const firstPartition = lifeOf(ranges[0]?.partition ?? 0) * LIFE;
  const alias = freshAlias();
  const isUnprocessable = unprocessable.map(
    ({ partition, offset }) => `(topic_partition = ${partition} and topic_offset = ${offset})`,
  );
  const decode = DECODE.replace('FIRST_PARTITION', String(firstPartition)).replace(
    'UNPROCESSABLE',
    isUnprocessable.length === 0 ? '' : `not (${isUnprocessable.join(' or ')}) and`,
  );
  return {
    query: (list = '*', hint = '') =>
      job.session.sql(`select ${hint}${list} from (${decode.replace('kafka_records', alias)})`, {
        relations: { [alias]: records },
        parameters: { ...PATTERNS, simulated },
      }),
  };
}

/** Decodes the messages that are not simple, and writes them as files for Spark. */
async function decodeOdd(
  { job, relation: { unprocessable = [] } }: Messages,
  files: readonly KeptFile[],
): Promise<{ readonly addresses: readonly string[]; readonly rows: number }> {
  const alias = freshAlias();
  const records = job.session.read({
    format: 'parquet',
    schema: `${schemaText(typed(PLACE))}, is_simple boolean, raw binary`,
    options: { recursiveFileLookup: 'true' },
    paths: files.map(({ address }) => sparkPattern(address)),
  });
  const frame = job.session.sql(ODD.replace('kafka_records', alias), { relations: { [alias]: records } });
  const addresses: string[] = [];
  let rows = 0;
  let open: FileRow[] = [];
  const flush = async (): Promise<void> => {
    if (open.length === 0) return;
    const key = `${job.folder}-odd/${addresses.length}.parquet`;
    await job.storage.store.put(key, await hyparquetCodec().write(open, ODD_SCHEMA));
    addresses.push(job.storage.addressOf(key));
    rows += open.length;
    open = [];
  };
  for await (const batch of frame.batches(job.run)) {
    for (const { raw, ...place } of batch.rows()) {
      const why = unprocessable.find(
        ({ partition, offset }) =>
          partition === place['topic_partition'] && offset === BigInt(place['topic_offset'] as bigint),
      );
      open.push({ ...(place as FileRow), ...decoded(raw as Uint8Array, why) });
      if (open.length === ODD_FILE_ROWS) await flush();
    }
  }
  await flush();
  return { addresses, rows };
}

function decoded(raw: Uint8Array, unprocessable: UnprocessableMessage | undefined): FileRow {
  const isText = isUtf8(raw);
  // Bytes that are not UTF-8 become U+FFFD.
  const payload = Buffer.from(raw).toString('utf8');
  const { fields, malformed } = decodeMessage(isText ? payload : raw);
  const isKept = unprocessable?.without_payload !== true;
  const kept = {
    malformed,
    unprocessable: unprocessable?.detail ?? null,
    payload: isKept ? payload : null,
    payload_bytes: isText || !isKept ? null : raw,
  };
  if (fields === null || unprocessable !== undefined) return kept;
  const cells = Object.fromEntries(
    MESSAGE_FIELDS.map(([name, type]) => {
      const value = fields[name] ?? null;
      if (value === null) return [name, null];
      // Files hold text as UTF-8, which has no half surrogate pairs, and int64 as bigint.
      if (type === 'string') return [name, (value as string).toWellFormed()];
      return [name, type === 'long' ? BigInt(value as number | bigint) : (value as FileRow[string])];
    }),
  );
  return { ...cells, ...kept };
}
