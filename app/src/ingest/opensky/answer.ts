import { encodeStateVector, type Feed, type StateVector } from '../../flight/state-vector.ts';
import { PackedMessages } from '../../topic/packed-messages.ts';
import { capped } from '../input/capped.ts';
import { eachJsonItem, type JsonItem, type ListLimits } from '../input/json-list.ts';
import { keyOf } from '../key.ts';
import { shown } from '../input/shown.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import { oddityOf, toStateVector } from './to-state-vector.ts';

/** One answer of OpenSky's `GET /states/all`. */
export interface Answer {
  /** Epoch seconds: the vectors describe the second before it. */
  readonly time: number;
  /**
   * The vectors in the order of the answer; then the texts of the rows that no vector can be made of, as they stand, so that
   * quarantine shows them. Empty when `states` is null or missing.
   */
  readonly messages: PackedMessages;
  readonly vectors: number;
  readonly others: number;
  /** How many rows are not in the expected form, vectors included, and a description of one; null: none. */
  readonly odd: { readonly rows: number; readonly example: string } | null;
  /** Rows that are allowed, but that a person may want to know of. */
  readonly peculiar: Readonly<Record<Peculiarity, number>>;
}

/**
 * Rows of 17 fields, which tell no category though it was asked for; of more than 18; of an aircraft that the answer had
 * already; with a category that the documentation does not have.
 */
export const PECULIARITIES = [
  'rows_without_category',
  'rows_longer',
  'rows_doubled',
  'rows_odd_category',
] as const;
export type Peculiarity = (typeof PECULIARITIES)[number];

/** The most rows of an answer. Some 15,000 aircraft are in the air at once. */
const MAX_ROWS = 50_000;
const LIMITS: ListLimits = { maxItems: MAX_ROWS, maxItemBytes: 16_384, maxDepth: 4 };

/** With `extended=1`. */
const FIELDS = 18;
const LAST_CATEGORY = 20;

/** 2100-01-01T00:00:00Z. */
const LATEST_SECONDS = 4_102_444_800;
/** 2000-01-01T00:00:00Z: no live answer is of the years before. */
const EARLIEST_LIVE_SECONDS = 946_684_800;

/** How the vectors of an answer become messages. */
export interface Reading {
  readonly feed: Feed;
  /** The name of the source, where several share a topic. */
  readonly label?: string | undefined;
  /**
   * Of a recording: when it was made, epoch seconds, if it does not say so. Its `time` may be in ms, have a fraction or be a text,
   * too: what was kept is not lost for its form.
   */
  readonly written_s?: number;
  /** Whether a vector is wanted; asked for each once, in their order. Default: all are. */
  readonly wants?: (vector: StateVector) => boolean;
}

/**
 * Reads an answer of `GET /states/all`: `{"time": seconds, "states": [[...], ...] | null}`, in bounded memory: each row
 * becomes a message while the rest is still on its way, and nothing else of it is kept.
 *
 * Each row becomes one message, so that none is lost silently: a vector if the row is a list, with its values as they
 * came, else its text. A row that is an object is put in brackets: it must not pass for a message of its own.
 * Source: OpenSky REST API, "All State Vectors", and its Python client (`states` null or missing is empty).
 * @returns `isDated`: whether it says its time itself, as all do but recordings that lost it
 * @throws UnusableInputError when it is none, is too large, or its `time` is no time; its other errors are those of `bytes`
 */
export async function readAnswer(
  bytes: AsyncIterable<Uint8Array>,
  reading: Reading,
): Promise<Answer & { readonly isDated: boolean }> {
  const rows = new Rows(reading);
  let told: unknown;
  /** Rows that came before the time. */
  const early: JsonItem[] = [];
  const { members, hasList } = await eachJsonItem(capped(bytes), 'states', LIMITS, (item, before) => {
    told = before.get('time');
    if (told === undefined) early.push(item);
    else rows.add(item, timeOf(told, reading).time);
  });
  const states = members.get('states');
  if (!hasList && states !== null && states !== undefined) throw noAnswer();
  // Another object has neither.
  if (!hasList && typeof members.get('time') !== 'number') throw noAnswer();
  const { time, isDated } = timeOf(members.get('time'), reading);
  if (told !== undefined && told !== members.get('time')) throw new UnusableInputError('it tells two times');
  for (const item of early) rows.add(item, time);
  return { time, isDated, ...rows.answer() };
}

function timeOf(
  time: unknown,
  { feed, written_s }: Reading,
): { readonly time: number; readonly isDated: boolean } {
  if (written_s === undefined) return { time: checkTime(time, feed), isDated: true };
  const value = typeof time === 'string' && time.trim() !== '' ? Number(time) : time;
  const told =
    typeof value === 'number' ? Math.floor(value > LATEST_SECONDS ? value / 1000 : value) : Number.NaN;
  const isTime = told >= 0 && told <= LATEST_SECONDS;
  return isTime ? { time: told, isDated: true } : { time: written_s, isDated: false };
}

const noAnswer = (): UnusableInputError => new UnusableInputError('it has no time or no state vectors');

function checkTime(time: unknown, feed: Feed): number {
  if (typeof time !== 'number') throw noAnswer();
  const earliest = feed === 'opensky' ? EARLIEST_LIVE_SECONDS : 0;
  if (Number.isInteger(time) && time >= earliest && time <= LATEST_SECONDS) return time;
  throw new UnusableInputError(`its time is ${time}, which is not a time in seconds`);
}

class Rows {
  readonly #reading: Reading;
  readonly #messages = new PackedMessages();
  readonly #others: string[] = [];
  readonly #peculiar = {
    rows_without_category: 0,
    rows_longer: 0,
    rows_doubled: 0,
    rows_odd_category: 0,
  };
  readonly #seen = new Set<unknown>();
  #odd: { rows: number; readonly example: string } | null = null;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  add({ text, value }: JsonItem, time: number): void {
    if (Array.isArray(value)) this.#addVector(value, time);
    else this.#others.push(text.startsWith('{') ? `[${text}]` : text);
    const oddity = oddityOf(value);
    if (oddity === null) return;
    this.#odd ??= { rows: 0, example: `${oddity}, as ${shown(text)}` };
    this.#odd.rows += 1;
  }

  #addVector(row: readonly unknown[], time: number): void {
    const { feed, label, wants } = this.#reading;
    const vector = toStateVector(row, time, feed);
    if (wants?.(vector) !== false) {
      const labelled = label === undefined ? vector : { ...vector, source: label };
      this.#messages.add(keyOf(vector.icao24), encodeStateVector(labelled));
    }
    if (row.length < FIELDS) this.#peculiar.rows_without_category += 1;
    if (row.length > FIELDS) this.#peculiar.rows_longer += 1;
    if (this.#seen.has(row[0])) this.#peculiar.rows_doubled += 1;
    const category: unknown = row[17];
    if (typeof category === 'number' && (category < 0 || category > LAST_CATEGORY))
      this.#peculiar.rows_odd_category += 1;
    this.#seen.add(row[0]);
  }

  answer(): Omit<Answer, 'time'> {
    const messages = this.#messages;
    const vectors = messages.length;
    for (const text of this.#others) messages.add(null, text);
    return {
      messages,
      vectors,
      others: this.#others.length,
      odd: this.#odd,
      peculiar: this.#peculiar,
    };
  }
}

/** The notice about rows that are not in the expected form; null without any. */
export function oddRowsNotice({ odd, vectors, others }: Answer): string | null {
  if (odd === null) return null;
  const all = vectors + others;
  return (
    `${odd.rows} of ${all} rows are not state vectors: ${odd.example}. ` +
    `They are sent unchanged; those that cannot be used are in quarantine with the reason.`
  );
}
