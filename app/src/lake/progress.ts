import type { ObjectStore } from '@contrail/delta-lake';
import { type SourceWord, toSourceWord } from '../flight/source-word.ts';
import { isKeepReport, type KeepReport } from './keep/report.ts';

/**
 * What the pipeline says of itself, kept in the lake so that the dashboard needs the lake alone:
 * `_contrail/progress.json` below the lake's root, replaced whole at every trigger, also when nothing came or a micro-batch takes longer.
 * It is information, never state: exactly-once rests on the batch records and the tables' own commits.
 */
export interface Progress {
  readonly at_ms: number;
  readonly started_at_ms: number;
  readonly state: 'starting' | 'waiting' | 'running' | 'failed' | 'stopped';
  /** One sentence when `failed`, or `waiting` for a service that is away: what happened and what to do. */
  readonly message: string | null;
  /**
   * Sentences that a person should read although the pipeline goes on, such as one about a wrong clock. Each says what was
   * found, what follows from it and what to do, and stands as long as it is true. Show them as they are, beside the
   * state. Absent if there are none.
   */
  readonly notices?: readonly string[];
  readonly engine: 'duckdb' | 'spark';
  readonly trigger_ms: number;
  readonly simulated: boolean | null;
  /** Of the newest finished micro-batch. */
  readonly batch_id: number | null;
  readonly topic: {
    readonly name: string;
    readonly partitions: readonly {
      readonly partition: number;
      /** The next offset that the pipeline will read, as decimal digits. */
      readonly next: string;
      /** The offset after the last message in the topic. */
      readonly end: string;
      readonly lag: number;
    }[];
  };
  /** Newest last, at most {@link PROGRESS_BATCHES}. */
  readonly batches: readonly BatchProgress[];
  /** What the lake goes on without since it was made, because a person said so; absent where it is nothing. */
  readonly gaps?: {
    readonly stretches: number;
    readonly messages: number;
    /** Stretches of which nobody knows the messages; absent without any. */
    readonly unknown?: number;
  };
  /** The maintenance of the tables since `started_at_ms`. */
  readonly upkeep?: { readonly seconds: number; readonly failures: number };
  /** What the sources last said of themselves, where they say something. */
  readonly sources?: readonly SourceWord[];
  /** The feeds of the messages, and their paces. */
  readonly feeds?: readonly FeedPace[];
  /** How large the lake is, and what is deleted of it when; absent before the first look. */
  readonly keep?: KeepReport;
}

/** What a micro-batch holds of a feed. */
export interface FeedSample {
  readonly feed: string;
  readonly snapshot: number;
  readonly snapshots: number;
}

/** How often a feed's answers come, by the times in them. */
export interface FeedPace {
  /** As the messages say: the name of their source where there are several, else `opensky`, `readsb`, …. */
  readonly feed: string;
  /** The newest of these times, epoch seconds. */
  readonly snapshot: number;
  /** Seconds from one answer to the next, the middle of the last ones; null until there were two. */
  readonly pace_s: number | null;
}

export interface BatchProgress {
  readonly batch_id: number;
  readonly started_at_ms: number;
  readonly duration_ms: number;
  readonly rows_in: number;
  readonly rows_silver: number;
  /** Rows per quarantine reason; reasons that did not occur are absent. */
  readonly rows_quarantined: Readonly<Record<string, number>>;
  readonly rows_late: number;
  /**
   * Messages whose record has a stamp before 2000 or ahead of the clock: the time of the micro-batch stands for the time
   * of their receipt. Absent where there are none.
   */
  readonly rows_restamped?: number;
  /** Newest event time in the batch, epoch seconds; null when no row was valid. */
  readonly event_time_max: number | null;
  /** Newest receipt time in the batch, epoch ms. */
  readonly ingested_at_max_ms: number | null;
  /**
   * How many seconds the clock that stamped the receipt is behind the feed's, by the middle of the batch's rows;
   * negative: ahead of it, or the feed is late. Null or absent where they agree or nothing tells.
   */
  readonly clock_behind_s?: number | null;
  /** The answers of feeds that say their time: the newest time, epoch seconds, and how many there are. */
  readonly feeds?: readonly FeedSample[];
  readonly lag_after: number;
  readonly duration_by_table_ms: Readonly<Record<string, number>>;
}

export const PROGRESS_BATCHES = 120;
export const PROGRESS_FILE = '_contrail/progress.json';

const STATES: readonly string[] = [
  'starting',
  'waiting',
  'running',
  'failed',
  'stopped',
] satisfies Progress['state'][];

/** What a pipeline has last said of itself; null where none has, or not in the form of this version. @throws what the store throws */
export async function readProgress(lake: Pick<ObjectStore, 'head' | 'get'>): Promise<Progress | null> {
  if ((await lake.head(PROGRESS_FILE)) === null) return null;
  return parseProgress(new TextDecoder().decode(await lake.get(PROGRESS_FILE)));
}

/**
 * The progress in a text, or null when it is not one: written by another version, it is better unknown than wrong. Its
 * sentences are unchecked: make them safe for the place where you show them.
 */
export function parseProgress(text: string): Progress | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(json) || !isRecord(json['topic'])) return null;
  const { message } = json;
  const isProgress =
    Number.isFinite(json['at_ms']) &&
    Number.isFinite(json['trigger_ms']) &&
    STATES.includes(String(json['state'])) &&
    (json['notices'] === undefined || isTexts(json['notices'])) &&
    Array.isArray(json['topic']['partitions']) &&
    json['topic']['partitions'].every((one) => isRecord(one) && Number.isFinite(one['lag'])) &&
    Array.isArray(json['batches']) &&
    json['batches'].every((one) => isRecord(one) && Number.isFinite(one['rows_in']));
  if (!isProgress) return null;
  const { sources, feeds, keep, ...others } = json;
  return {
    ...(others as unknown as Progress),
    ...(isKeepReport(keep) ? { keep } : {}),
    message: typeof message === 'string' ? message : null,
    sources: Array.isArray(sources) ? sources.map(toSourceWord).filter((word) => word !== null) : [],
    feeds: Array.isArray(feeds) ? feeds.filter(isFeedPace) : [],
  };
}

function isFeedPace(value: unknown): value is FeedPace {
  return (
    isRecord(value) &&
    typeof value['feed'] === 'string' &&
    Number.isFinite(value['snapshot']) &&
    (value['pace_s'] === null || Number.isFinite(value['pace_s']))
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
