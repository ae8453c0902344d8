import type { Feed, StateVector } from '../../flight/state-vector.ts';
import { capped } from '../input/capped.ts';
import { unpacked } from '../input/file-bytes.ts';
import { type JsonItem, type ListForm, type ListLimits, readJsonList } from '../input/json-list.ts';
import { peek } from '../input/peek.ts';
import { shown } from '../input/shown.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import type { Poll } from '../source.ts';
import { isRecord, toNumber } from './entry.ts';
import { toStateVector } from './to-state-vector.ts';

/** One answer of a receiver's program or of a service that speaks as it does. */
export interface Answer {
  /** When it was made by its own clock, epoch ms. */
  readonly timeMs: number;
  /** Whether it said so itself; else `timeMs` is when it was written or received. */
  readonly isDated: boolean;
  /** In the order of the answer. */
  readonly vectors: readonly StateVector[];
  /** Texts of the entries that no vector can be made of, to be kept as they stand: quarantine shows them. */
  readonly others: readonly string[];
  /**
   * How many entries are not in the expected form, those in `vectors` included, and a description of one; null: none.
   */
  readonly odd: { readonly rows: number; readonly example: string } | null;
}

/** `aircraft` says a receiver, `ac` a service; the first dump1090's `data.json` is the list alone. */
const FORM: ListForm = { names: ['aircraft', 'ac'], mayStandAlone: true, keepsBroken: true };
/** A large service sends 15,000 aircraft. */
const LIMITS: ListLimits = { maxItems: 50_000, maxItemBytes: 16_384, maxDepth: 8 };

/** 2000-01-01 and 2100-01-01, epoch ms: no answer is of another time. */
const [EARLIEST_MS, LATEST_MS] = [946_684_800_000, 4_102_444_800_000];
/** Receivers say `now` in seconds, services in ms. */
const LEAST_IN_MS = 100_000_000_000;

/**
 * Reads `{"now": seconds or ms, "aircraft": [{...}, ...]}`, `{"ac": [...], ...}` or a list alone, in bounded memory.
 *
 * Each entry becomes one message, so that none is lost silently: a vector if the entry is an object, else its text. An
 * object that is no JSON (`{"lat":nan}`) or too large is a text too; no text passes for a message of its own.
 * Source: wiedehopf/readsb README-json.md.
 *
 * @param writtenMs when the answer was written or received, for one that does not say `now`, or says what is no time
 * @throws UnusableInputError when it is none, is cut off or too large; its other errors are those of `bytes`
 */
export async function readAnswer(
  bytes: AsyncIterable<Uint8Array>,
  feed: Feed,
  writtenMs: number,
): Promise<Answer> {
  const { members, items } = await readJsonList(capped(plain(bytes)), FORM, LIMITS);
  const isEmpty = FORM.names.some((name) => members.has(name) && members.get(name) === null);
  if (items === null && !isEmpty) throw new UnusableInputError(noList(members));
  const now = toNumber(members.get('now'));
  const nowMs = now === null ? null : Math.round(now < LEAST_IN_MS ? now * 1000 : now);
  const isDated = nowMs !== null && nowMs >= EARLIEST_MS && nowMs <= LATEST_MS;
  const timeMs = isDated ? nowMs : writtenMs;
  return { timeMs, isDated, ...toVectors(items ?? [], timeMs, feed) };
}

/** Unpacks a text that begins like gzip, whatever its name: tar1090 and archives serve packed files this way. */
async function* plain(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const peeked = await peek(bytes, GZIP.length);
  try {
    yield* GZIP.equals(peeked.head) ? unpacked(peeked.bytes) : peeked.bytes;
  } finally {
    await peeked.close();
  }
}

/** Source: RFC 1952 section 2.3.1. */
const GZIP = Buffer.of(0x1f, 0x8b);

function noList(members: ReadonlyMap<string, unknown>): string {
  const message = ['msg', 'message', 'error', 'detail'].map((name) => members.get(name)).find(isText);
  return `it holds no list of aircraft${message === undefined ? '' : `; it says ${JSON.stringify(shown(message))}`}`;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function toVectors(items: readonly JsonItem[], timeMs: number, feed: Feed) {
  const vectors: StateVector[] = [];
  const others: string[] = [];
  let [rows, example] = [0, ''];
  for (const { text, value } of items) {
    let oddity: string | null =
      value === undefined ? 'it is no JSON, too long or too deeply nested' : 'it is no object';
    if (isRecord(value)) {
      const converted = toStateVector(value, timeMs, feed);
      vectors.push(converted.vector);
      oddity = converted.oddity;
    } else others.push(text.startsWith('{') ? `[${text}]` : text);
    if (oddity === null) continue;
    if (rows === 0) example = `${oddity}, in ${shown(text)}`;
    rows += 1;
  }
  return { vectors, others, odd: rows === 0 ? null : { rows, example } };
}

/** All of an answer, to be sent. */
export const toPoll = ({ vectors, others }: Answer): Poll => ({
  kind: 'vectors',
  vectors,
  ...(others.length > 0 && { others }),
});

/** The notice about entries that are not in the expected form; null without any. */
export function oddEntriesNotice({ odd, vectors, others }: Answer): string | null {
  if (odd === null) return null;
  const all = vectors.length + others.length;
  return (
    `${odd.rows} of ${all} aircraft are not in the expected form: ${odd.example}. ` +
    `Odd values count as unknown; messages that cannot be used are in quarantine with the reason.`
  );
}
