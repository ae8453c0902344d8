import type { Feed, StateVector } from '../../flight/state-vector.ts';
import { capped } from '../input/capped.ts';
import { type JsonItem, type ListLimits, readJsonList } from '../input/json-list.ts';
import { shown } from '../input/shown.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import { oddityOf, toStateVector } from './to-state-vector.ts';

/** One answer of OpenSky's `GET /states/all`. */
export interface Answer {
  /** Epoch seconds: the vectors describe the second before it. */
  readonly time: number;
  /** In the order of the answer; empty when `states` is null or missing. */
  readonly vectors: readonly StateVector[];
  /** Texts of the rows that no vector can be made of, to be kept as they stand: quarantine shows them. */
  readonly others: readonly string[];
  /** How many rows are not in the expected form, those in `vectors` included, and a description of one; null: none. */
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

/**
 * Reads an answer of `GET /states/all`: `{"time": seconds, "states": [[...], ...] | null}`, in bounded memory.
 *
 * Each row becomes one message, so that none is lost silently: a vector if the row is a list, with its values as they
 * came, else its text. A row that is an object is put in brackets: it must not pass for a message of its own.
 * Source: OpenSky REST API, "All State Vectors", and its Python client (`states` null or missing is empty).
 * @throws UnusableInputError when it is none, is too large, or its `time` is no time; its other errors are those of `bytes`
 */
export async function readAnswer(bytes: AsyncIterable<Uint8Array>, feed: Feed): Promise<Answer> {
  const { members, items } = await readJsonList(capped(bytes), 'states', LIMITS);
  const states = members.get('states');
  const time = members.get('time');
  if (typeof time !== 'number' || (items === null && states !== null && states !== undefined)) {
    throw new UnusableInputError('it has no time or no state vectors');
  }
  const earliest = feed === 'opensky' ? EARLIEST_LIVE_SECONDS : 0;
  if (!Number.isInteger(time) || time < earliest || time > LATEST_SECONDS) {
    throw new UnusableInputError(`its time is ${time}, which is not a time in seconds`);
  }
  return toAnswer(items ?? [], time, feed);
}

function toAnswer(items: readonly JsonItem[], time: number, feed: Feed): Answer {
  const vectors: StateVector[] = [];
  const others: string[] = [];
  const peculiar = { rows_without_category: 0, rows_longer: 0, rows_doubled: 0, rows_odd_category: 0 };
  const seen = new Set<unknown>();
  let [rows, example] = [0, ''];
  for (const { text, value } of items) {
    if (Array.isArray(value)) {
      vectors.push(toStateVector(value, time, feed));
      if (value.length < FIELDS) peculiar.rows_without_category += 1;
      if (value.length > FIELDS) peculiar.rows_longer += 1;
      if (seen.has(value[0])) peculiar.rows_doubled += 1;
      const category: unknown = value[17];
      if (typeof category === 'number' && (category < 0 || category > LAST_CATEGORY))
        peculiar.rows_odd_category += 1;
      seen.add(value[0]);
    } else others.push(text.startsWith('{') ? `[${text}]` : text);
    const oddity = oddityOf(value);
    if (oddity === null) continue;
    if (rows === 0) example = `${oddity}, as ${shown(text)}`;
    rows += 1;
  }
  return { time, vectors, others, odd: rows === 0 ? null : { rows, example }, peculiar };
}

/** The notice about rows that are not in the expected form; null without any. */
export function oddRowsNotice({ odd, vectors, others }: Answer): string | null {
  if (odd === null) return null;
  const all = vectors.length + others.length;
  return (
    `${odd.rows} of ${all} rows are not state vectors: ${odd.example}. ` +
    `They are sent unchanged; those that cannot be used are in quarantine with the reason.`
  );
}
