import type { SourceWord } from '../flight/source-word.ts';
import type { Progress } from '../lake/progress.ts';

/**
 * Everything that travels between the dashboard server and its page as JSON. The page imports these types;
 * the binary frames are described in `app/src/wire/FORMAT.md`. Times in `_ms` are epoch milliseconds UTC of the
 * server's clock, `_s` are durations in seconds, `event_time` is epoch seconds UTC.
 */

/** The stages of the pipeline, in the direction of the flow. */
export const STAGES = ['source', 'topic', 'bronze', 'silver', 'silver_ml', 'gold', 'dashboard'] as const;
export type StageName = (typeof STAGES)[number];

/** waiting: nothing has come yet; ok; delayed: older than it should be; stale: too old to call live; failed. */
export type StageState = 'waiting' | 'ok' | 'delayed' | 'stale' | 'failed';

/** One stage as the pipeline strip shows it. `null` means unknown or not applicable, never zero. */
export interface Stage {
  readonly name: StageName;
  readonly state: StageState;
  /** Rows in its table(s); for the topic all messages ever written; for the dashboard aircraft in the picture. */
  readonly rows: number | null;
  /** Messages in the topic that the pipeline has not read yet. */
  readonly lag: number | null;
  /** Seconds since its last success (commit, message, batch). */
  readonly age_s: number | null;
  /** When not ok: one sentence saying what is missing and what to do. */
  readonly sentence: string | null;
}

/** Where positions come from: what a source says of itself, and what is seen of its feed. */
export interface SourceStatus {
  /** As a person named it, or the feed of the messages. */
  readonly source: string;
  /** waiting: nothing came yet; delayed: it has missed two polls; stale: more; failed: it says so itself; ended: it gives no more. */
  readonly state: StageState | 'ended';
  /** What it last said of itself, as `rate-limited`; null where it says nothing. */
  readonly said: SourceWord['state'] | null;
  /** Seconds from one answer to the next; null until known. */
  readonly pace_s: number | null;
  /** Seconds since the time of its newest answer; null before the first, and where answers bear no time. */
  readonly age_s: number | null;
  readonly next_poll_at_ms: number | null;
  readonly credits_left: number | null;
  /** What it says of itself when it is not well, one sentence. */
  readonly message: string | null;
  /** What is odd though it works, a sentence each. */
  readonly notices: readonly string[];
  /** How often each thing happened since it began; absent where it does not count. */
  readonly counters?: Readonly<Record<string, number>>;
}

/** A service outside of Contrail that is in use. */
export interface ServiceStatus {
  /** `kafka`, `s3`, `spark`, `spark-master`. */
  readonly name: string;
  readonly title: string;
  /** waiting: not asked yet. */
  readonly state: Extract<StageState, 'waiting' | 'ok' | 'failed'>;
  /** What the service reports, or what is wrong; null before it was asked. */
  readonly found: string | null;
  readonly address: string;
  /** Address of its web page; null if none is set. */
  readonly page: string | null;
  /** Seconds since it was asked. */
  readonly age_s: number | null;
}

/** A table of the lake as its Delta log has it now. All but `name` are null while there is no such table. */
export interface TableStatus {
  /** `bronze/flights`, … */
  readonly name: string;
  readonly version: number | null;
  readonly rows: number | null;
  readonly files: number | null;
  readonly bytes: number | null;
  readonly committed_at_ms: number | null;
  /** One sentence on why rows of it cannot be read and what to do; null if all can be read, or there is no table. */
  readonly refusal: string | null;
}

/** `GET /api/status`. */
export interface StatusAnswer extends LiveState {
  readonly tables: readonly TableStatus[];
  readonly progress: Progress | null;
  /** Milliseconds since the pipeline's last report. */
  readonly progress_age_ms: number | null;
}

/** The state, sent after hello, with each tick and every 5 s, and part of {@link StatusAnswer}. */
export interface LiveState {
  readonly now_ms: number;
  /** Whether the lake holds simulated positions; null while unknown. */
  readonly simulated: boolean | null;
  /** The feed of the newest rows: `opensky`, `simulator`, …; null when unknown. */
  readonly feed: string | null;
  readonly aircraft: number;
  /** Newest time_position in the picture, epoch seconds. */
  readonly event_time: number | null;
  /** `now - event_time`. */
  readonly position_age_s: number | null;
  readonly positions: Exclude<StageState, 'failed'>;
  /** Seconds from one answer of the fastest feed to the next; 0: nobody knows. */
  readonly pace_s: number;
  readonly sources: readonly SourceStatus[];
  /** The age from which positions are called delayed: 15 s, the pipeline's trigger and two paces. */
  readonly delayed_after_s: number;
  /** The age from which they are called stale: 60 s, or more where the trigger or the pace is long. */
  readonly stale_after_s: number;
  readonly stages: readonly Stage[];
  /** The services in use; empty when everything runs in one process. */
  readonly services: readonly ServiceStatus[];
  /** Where {@link IdentitiesAnswer} stands: a page that is elsewhere asks for what is new. Null: nothing is known. */
  readonly identities: string | null;
}

/** Text messages of the server on `/api/live`. */
export type ServerMessage =
  | ({ readonly type: 'state' } & LiveState)
  /** A new version of a table; `rows` were added by it, `at` is its commit time, epoch ms. */
  | {
      readonly type: 'commit';
      readonly table: string;
      readonly version: number;
      readonly rows: number | null;
      readonly at: number;
    }
  | { readonly type: 'progress'; readonly progress: Progress | null }
  | ({ readonly type: 'countries' } & CountriesAnswer)
  /** The page cannot read the frames of this server, which speaks version `wire` of them, and gets none. */
  | { readonly type: 'refused'; readonly wire: number; readonly message: string };

/** `GET /api/live/countries`: what the numbers of countries and feeds in frames of this picture mean. */
export interface CountriesAnswer {
  readonly picture: number;
  readonly countries: readonly string[];
  /** Sources by their names where there are several, else feeds: `opensky`, `readsb`, …. */
  readonly feeds: readonly string[];
}

/**
 * `GET /api/live/key`: what a page adds to the address of the live socket, `/api/live?key=...`, to prove that it is of
 * our own origin even if a reverse proxy has changed the Host header. Other sites can open the socket, but cannot read
 * this.
 */
export interface KeyAnswer {
  readonly key: string;
}

/** Text messages of the page on `/api/live`. Anything else closes the socket with 1008. */
export type ClientMessage =
  | {
      readonly type: 'hello';
      /** The version of frames that it reads (`wire/frame.ts`); absent: it does not say. */
      readonly wire?: number;
      readonly picture?: number;
      readonly lastTick?: number;
    }
  | { readonly type: 'ack'; readonly tick: number }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' };

/** A cell of a columnar answer. */
export type Cell = string | number | boolean | null;

/** Rows in the order of `columns`. */
export interface Columnar {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Which version of which table an answer was computed from; `version` null: the table does not exist yet. */
export interface TableVersion {
  readonly table: string;
  readonly version: number | null;
  /** Commit time of that version. */
  readonly as_of_ms: number | null;
}

/**
 * `GET /api/traffic` from `gold/traffic_by_country`: the series, one row per (window, country), oldest window first, with the
 * columns of {@link TRAFFIC_COLUMNS}. `windows=N` (1..288, default 24) are the newest; `from=T&to=T&step=S` (epoch seconds, the
 * step a multiple of 300) those of a range, at most 2,016 steps, where a longer step has the flight_count of its busiest
 * window and averages weighted by rows. With `since=TOKEN` only windows come that have changed since an answer, whose token
 * is `version-as_of_ms`.
 */
export interface TrafficAnswer extends TableVersion, Columnar {
  /** The token that was asked with; null: these are all rows of the span, and what the page had is no longer valid. */
  readonly since: string | null;
  /** The starts of all windows of the span that have rows, oldest first, also of those that have not changed. */
  readonly windows: readonly number[];
  /** The newest window, most flights first, with {@link LEADERBOARD_COLUMNS}. */
  readonly leaderboard: Columnar;
  /** Length of a window, or of a step, seconds. */
  readonly window_s: number;
  /** Where the newest window ends, epoch seconds: it still fills while event_time is before this. Null: no window. */
  readonly newest_window_end: number | null;
}

/** window_start is epoch seconds; the rest as in the table. */
export const TRAFFIC_COLUMNS = [
  'window_start',
  'origin_country',
  'flight_count',
  'record_count',
  'avg_velocity_kmh',
  'avg_altitude_m',
] as const;

/** flight_count_hour_ago is the flight_count 12 windows earlier; null if there is no such window. */
export const LEADERBOARD_COLUMNS = [
  'origin_country',
  'flight_count',
  'record_count',
  'avg_velocity_kmh',
  'avg_altitude_m',
  'flight_count_hour_ago',
] as const;

/**
 * `GET /api/categories?window=latest|<epoch seconds of window_start>` from `gold/metrics_by_category`: one row
 * per (category, flight phase) of that window, with {@link CATEGORY_COLUMNS}.
 */
export interface CategoriesAnswer extends TableVersion, Columnar {
  /** Epoch seconds; null when there is no window at all. */
  readonly window_start: number | null;
  readonly window_end: number | null;
}

/** As in the table. */
export const CATEGORY_COLUMNS = [
  'category',
  'category_name',
  'flight_phase',
  'aircraft_count',
  'record_count',
  'avg_velocity_kmh',
  'avg_altitude_m',
] as const;

/**
 * `GET /api/aircraft/:icao24/track?at=<epoch seconds>` from `silver/flights_ml`: the flight that it is on at that moment, by
 * default now, oldest row first, with {@link TRACK_COLUMNS}. A flight is bounded by stops on the ground and long silences
 * (`app/src/dashboard/track/flight.ts`).
 */
export interface TrackAnswer extends TableVersion, Columnar {
  readonly icao24: string;
  /** Null without a row. */
  readonly flight: TrackedFlight | null;
  /** The names of the airports in the rows, by ident. */
  readonly airports: Readonly<Record<string, string>>;
}

/** What is known of the flight of a track. */
export interface TrackedFlight {
  /** Its first and last row, epoch seconds. */
  readonly from: number;
  readonly to: number;
  /** It began before: only a day of it is read. */
  readonly begins_before: boolean;
  /** How many rows the table has of it. */
  readonly rows: number;
  /**
   * No row that is left out lies further than this from the line of the answer, metres; 0: all are there or nearly so;
   * null: rows of its beginning are left out.
   */
  readonly within_m: number | null;
}

/**
 * time_position is epoch seconds; `ground_m` is the elevation of the nearest airport where that is within 30 km; `doubts` are
 * those flags of the table that hold, with a space between: jump, altitude_jump, speed_conflict, frozen, stale. The rest
 * as in the table.
 */
export const TRACK_COLUMNS = [
  'time_position',
  'longitude',
  'latitude',
  'altitude_m',
  'velocity_kmh',
  'vertical_rate',
  'true_track',
  'on_ground',
  'flight_phase',
  'phase_confidence',
  'nearest_airport',
  'nearest_airport_km',
  'ground_m',
  'doubts',
] as const;

/**
 * `GET /api/identities?since=TOKEN`: who the aircraft of the picture are, as far as feeds and `reference/aircraft` say, in columns
 * of one length; with `since` only those of which something is new since an earlier answer.
 */
export interface IdentitiesAnswer {
  /** What to ask with next; null: nothing is known. */
  readonly token: string | null;
  /** What was asked with; null: this is everybody, and what the page knew is no longer valid. */
  readonly since: string | null;
  readonly icao24: readonly string[];
  readonly registration: readonly (string | null)[];
  /** ICAO aircraft type designator (Doc 8643), as `A320`. */
  readonly type_code: readonly (string | null)[];
  /** Index into `operators`. */
  readonly operator: readonly (number | null)[];
  readonly operators: readonly string[];
}

/** A day (UTC) that Silver holds. The times are of its oldest and newest position, epoch seconds; null: nobody knows. */
export interface ReplayDay {
  /** `2026-11-30` */
  readonly day: string;
  readonly rows: number;
  readonly first: number | null;
  readonly last: number | null;
}

/** `GET /api/replay/days`: what can be replayed, from the log of `silver/flights`. */
export interface ReplayDaysAnswer extends TableVersion {
  /** One sentence on why it cannot be read and what to do; null if it can, or there is no table. */
  readonly refusal: string | null;
  readonly days: readonly ReplayDay[];
}

/**
 * `GET /api/replay/volume?from=S&to=S` from `gold/traffic_by_country`: how many aircraft were heard in each window that begins
 * in that stretch (epoch seconds, the end exclusive, at most 8 days), with the columns of {@link VOLUME_COLUMNS}.
 */
export interface VolumeAnswer extends TableVersion, Columnar {
  /** Length of a window, seconds. */
  readonly window_s: number;
}

/** window_start is epoch seconds; aircraft and records are sums over all countries. */
export const VOLUME_COLUMNS = ['window_start', 'aircraft', 'records'] as const;

/**
 * `GET /api/basemap`: the map tiles that a person has given; null: none. Its file is `GET /api/basemap.pmtiles`, in parts by
 * `Range`.
 */
export type BasemapAnswer = {
  /** `png`, `jpeg`, `webp` or `avif`. */
  readonly tile_type: string;
  readonly min_zoom: number;
  readonly max_zoom: number;
  /** Another one for another content. */
  readonly tag: string;
} | null;

/** Every answer that is not 2xx or 304. */
export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string };
}
