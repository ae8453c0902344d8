/**
 * What a source last said of itself. It travels beside the messages of a topic and lies in the lake's progress file, so that
 * page, `doctor` and `/metrics` can tell a feed that waits for its next poll from one that is gone. It is information, never
 * state: a topic that other producers fill has none.
 */
export interface SourceWord {
  /** The name that a person gave it: `opensky`, `readsb:http://pi/…`. */
  readonly source: string;
  /** `ended`: it gave all it had, or was stopped. */
  readonly state: 'ok' | 'waiting' | 'rate-limited' | 'unavailable' | 'unauthorized' | 'ended';
  /** One sentence; null when all is well and there is nothing to say. */
  readonly message: string | null;
  /** When it was said, epoch ms. */
  readonly at_ms: number;
  /** When the source asks next, or asks again after a failure. Epoch ms; null: it does not know, or does not ask. */
  readonly next_poll_at_ms: number | null;
  /** Credits that are left until the next refill; null: the source has none to count. */
  readonly credits_left: number | null;
  /** What is odd though it works, a sentence each: a clock, a frozen time, half the usual count. */
  readonly notices: readonly string[];
  /** How often each thing happened since the source began, by stable names; absent: it does not count. */
  readonly counters?: Readonly<Record<string, number>>;
}

const STATES: readonly unknown[] = [
  'ok',
  'waiting',
  'rate-limited',
  'unavailable',
  'unauthorized',
  'ended',
] satisfies SourceWord['state'][];

/** The word in a value that came as JSON, or null when it is not one of this version: better unknown than wrong. */
export function toSourceWord(value: unknown): SourceWord | null {
  if (typeof value !== 'object' || value === null) return null;
  const { source, state, message, at_ms, next_poll_at_ms, credits_left, notices, counters } = value as Record<
    keyof SourceWord,
    unknown
  >;
  if (typeof source !== 'string' || !STATES.includes(state) || !Number.isFinite(at_ms)) return null;
  return {
    source,
    state: state as SourceWord['state'],
    message: typeof message === 'string' ? message : null,
    at_ms: at_ms as number,
    next_poll_at_ms: numberOrNull(next_poll_at_ms),
    credits_left: numberOrNull(credits_left),
    notices: Array.isArray(notices) ? notices.filter((one) => typeof one === 'string') : [],
    ...(typeof counters === 'object' && counters !== null && { counters: countersOf(counters) }),
  };
}

/** As {@link toSourceWord}, of a text. */
export function parseSourceWord(text: string): SourceWord | null {
  try {
    return toSourceWord(JSON.parse(text));
  } catch {
    return null;
  }
}

const numberOrNull = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** The most names that a source may count by. */
const MOST_COUNTERS = 60;

const countersOf = (value: object): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([name, count]) => /^[a-z0-9_]{1,40}$/.test(name) && Number.isSafeInteger(count) && count >= 0)
      .slice(0, MOST_COUNTERS),
  );
