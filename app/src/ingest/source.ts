import type { MessageValue } from '../flight/decode-message.ts';
import type { StateVector } from '../flight/state-vector.ts';
import type { PackedMessages } from '../topic/packed-messages.ts';

/**
 * The source port: where aircraft positions come from. Adapters: `opensky/`, `readsb/`, `adsbx/`, `sbs/`, `replay/`, `ndjson/`, `simulator/`.
 * `ingest.ts` moves what a source yields into the topic.
 */
export interface Source {
  /** What the person typed, for logs and the page: `opensky`, `readsb:URL`, `replay:PATH`; without passwords. */
  readonly name: string;
  /** True when the positions are invented; a lake holds real or simulated data, never both. `null`: the messages say. */
  readonly simulated: boolean | null;
  /**
   * Polls in order of time until the source ends or the signal fires. A live source paces itself (credits, politeness,
   * back-off) and never ends by itself; it reports what it is waiting for through `onState`.
   * @throws ContrailError `invalid` (settings, credentials, file), `unavailable` only where trying again is hopeless.
   */
  polls(options: PollOptions): AsyncIterable<Poll>;
}

/** What the polling loop passes to a source. */
export interface PollOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onState?: (state: SourceState) => void;
  /** Awaited before each poll: resolves when its result can be stored. No credit is spent before. */
  readonly whenReady?: () => Promise<void>;
  /** Whether a person looks at the page now; a source with a budget then polls faster. Absent: unknown. */
  readonly isWatched?: () => boolean;
  /** For a source that makes messages itself: the name that each vector is to bear; see `IngestOptions`. */
  readonly label?: string | undefined;
}

/**
 * What one request, recorded answer or chunk of a file gave. Empty polls are yielded too: they prove life. `done` and
 * `total` are bytes, for progress on long files.
 */
export type Poll =
  | {
      readonly kind: 'vectors';
      readonly vectors: readonly StateVector[];
      /** Texts that came among them and are no vectors: sent as they stand, so that quarantine shows them. */
      readonly others?: readonly string[];
      readonly done?: number;
      readonly total?: number;
    }
  /** Vectors of one kind that are messages already, their label in them; then texts that are none. For long answers. */
  | {
      readonly kind: 'packed';
      readonly messages: PackedMessages;
      readonly vectors: number;
      readonly others: number;
      readonly done?: number;
      readonly total?: number;
    }
  /** Messages sent as they stand; the key is read from each. */
  | {
      readonly kind: 'messages';
      readonly values: readonly MessageValue[];
      readonly done?: number;
      readonly total?: number;
    };

/** For the terminal and logs: one sentence, and when the source will try again. */
export interface SourceState {
  readonly kind: 'ok' | 'waiting' | 'rate-limited' | 'unavailable' | 'unauthorized';
  readonly message: string;
  /**
   * What is wrong, without times and numbers that change: as long as it is the same, nothing new has to be said. A source
   * that is `ok` may have it too: its answers come, and are odd.
   */
  readonly about?: string;
  /** What is odd though the source works. */
  readonly notices?: readonly SourceNotice[];
  /** Seconds by which this machine's clock is behind the feed's; negative: ahead of it. Absent where they agree. */
  readonly clock_behind_s?: number;
  /** When a source that failed or was turned away tries again. */
  readonly retry_at_ms?: number;
  /** When a healthy source makes its next poll, if it knows. */
  readonly next_poll_at_ms?: number;
  /** OpenSky credits left until the next refill, where known. */
  readonly credits_left?: number;
  /** How often each thing happened since the source began, by stable names; see docs/feeds.md. */
  readonly counters?: Readonly<Record<string, number>>;
}

/** Something odd, said once and not at every poll. */
export interface SourceNotice {
  /** A stable name: `clock`, `rows`, … */
  readonly about: string;
  readonly message: string;
}
