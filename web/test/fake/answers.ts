import type {
  CategoriesAnswer,
  IdentitiesAnswer,
  LiveState,
  ServiceStatus,
  SourceStatus,
  Stage,
  StageState,
  StatusAnswer,
  TrackAnswer,
  TrafficAnswer,
} from '../../../app/src/dashboard/protocol.ts';
import {
  CATEGORY_COLUMNS,
  LEADERBOARD_COLUMNS,
  STAGES,
  TRACK_COLUMNS,
  TRAFFIC_COLUMNS,
} from '../../../app/src/dashboard/protocol.ts';
import { CATEGORY_NAMES } from '../../../app/src/flight/category.ts';
import { GOLD_WINDOW_S } from '../../../app/src/lake/gold-window.ts';
import type { BatchProgress, Progress } from '../../../app/src/lake/progress.ts';
import { BATCH_TABLES } from '../../../app/src/lake/tables.ts';
import { aircraftAt, COUNTRIES, trackOf, type Flight } from './fleet.ts';

/** What a fake lake can look like. */
export const SCENARIOS = [
  'live',
  'simulated',
  'waiting',
  'delayed',
  'stale',
  'failed',
  'cluster',
  'unhealthy',
  'paused',
  'noticed',
  'recording',
  'slow',
  'limited',
  'several',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** All that the answers are made from. Times in epoch seconds. */
export interface FakeLake {
  readonly scenario: Scenario;
  readonly now: number;
  /** Null in an empty lake. */
  readonly eventTime: number | null;
  readonly flights: readonly Flight[];
  /** Rises with each pretended commit. */
  readonly version: number;
}

const TYPES = ['A320', 'B738', 'A21N', 'B77W', 'C172', 'E190'];
const OPERATORS = ['Northern Air', 'Blue Wings', 'Isle Express'];

/** Who the aircraft are: of one in five nobody says anything. */
export function identitiesAnswer({ flights }: Pick<FakeLake, 'flights'>): IdentitiesAnswer {
  const known = flights.map((flight, i) => ({ flight, i })).filter(({ i }) => i % 5 !== 4);
  return {
    token: 'fake.1',
    since: null,
    icao24: known.map(({ flight }) => flight.icao24),
    registration: known.map(({ i }) => `D-A${i.toString(26).toUpperCase().padStart(3, 'X')}`),
    type_code: known.map(({ i }) => TYPES[i % TYPES.length] ?? null),
    operator: known.map(({ i }) => (i % 4 === 0 ? null : i % OPERATORS.length)),
    operators: OPERATORS,
  };
}

/** How things stand, for `state` messages and `/api/status`. */
export function liveState(lake: FakeLake): LiveState {
  const age = lake.eventTime === null ? null : lake.now - lake.eventTime;
  return {
    now_ms: lake.now * 1000,
    simulated: lake.scenario === 'waiting' ? null : lake.scenario === 'simulated',
    feed: lake.scenario === 'waiting' ? null : feedOf(lake.scenario),
    aircraft: lake.eventTime === null ? 0 : lake.flights.length,
    event_time: lake.eventTime,
    position_age_s: age,
    positions: stateOf(lake.scenario, age),
    pace_s: isSlow(lake.scenario) ? SLOW_PACE_S : 0,
    sources: sources(lake),
    ...thresholds(lake.scenario),
    stages: stages(lake, age),
    services: services(lake),
    identities: lake.scenario === 'waiting' ? null : 'fake.1',
  };
}

/** The pace of a free account of OpenSky, seconds: one world poll every 86 s. */
export const SLOW_PACE_S = 86;
/** Whether the newest positions of a scenario come from such a feed. */
const isSlow = (scenario: Scenario): boolean => scenario === 'slow' || scenario === 'limited';

/** As the server's rule has them for this pace and a trigger of 1 s, and for one that nobody knows and 5 s. */
const thresholds = (scenario: Scenario): Pick<LiveState, 'delayed_after_s' | 'stale_after_s'> =>
  isSlow(scenario)
    ? { delayed_after_s: 16 + 2 * SLOW_PACE_S, stale_after_s: 17 + 3.5 * SLOW_PACE_S }
    : { delayed_after_s: 20, stale_after_s: 60 };

function stateOf(scenario: Scenario, age: number | null): LiveState['positions'] {
  const { delayed_after_s, stale_after_s } = thresholds(scenario);
  if (age === null) return 'waiting';
  return age > stale_after_s ? 'stale' : age > delayed_after_s ? 'delayed' : 'ok';
}

/** OpenSky at its slow pace, or limited; or that beside a receiver and a service. */
function sources({ scenario, now }: FakeLake): readonly SourceStatus[] {
  const quiet = { credits_left: null, message: null, notices: [] };
  const opensky: SourceStatus = {
    ...quiet,
    source: 'opensky',
    state: 'ok',
    said: 'ok',
    pace_s: SLOW_PACE_S,
    age_s: 48,
    next_poll_at_ms: (now + 41) * 1000,
    credits_left: 62,
  };
  if (scenario === 'slow') return [opensky];
  const limited: SourceStatus = {
    ...opensky,
    state: 'failed',
    said: 'rate-limited',
    credits_left: 0,
    message: 'OpenSky limits this address or account: its credits are used up; next try at 14:05:00 UTC.',
    next_poll_at_ms: (now + 900) * 1000,
  };
  if (scenario === 'limited') return [limited];
  if (scenario !== 'several') return [];
  const pi = { ...quiet, state: 'ok', said: 'ok', pace_s: 1, age_s: 0.7 } as const;
  return [
    limited,
    { ...pi, source: 'readsb:http://pi.local/data/aircraft.json', next_poll_at_ms: (now + 1) * 1000 },
    {
      ...pi,
      source: 'adsblol:47.4,8.5,50',
      pace_s: 5,
      next_poll_at_ms: (now + 3) * 1000,
      notices: ['Half as many aircraft came as usually at this time.'],
    },
  ];
}

function feedOf(scenario: Scenario): string {
  if (scenario === 'recording') return 'replay';
  return scenario === 'simulated' ? 'simulator' : 'opensky';
}

/** Those of a local cluster; in the scenario `unhealthy` its broker is away. */
function services({ scenario }: FakeLake): readonly ServiceStatus[] {
  if (scenario !== 'cluster' && scenario !== 'unhealthy') return [];
  const ok = { state: 'ok', age_s: 4 } as const;
  const kafka =
    scenario === 'cluster'
      ? { ...ok, found: 'opensky-data: 1,250,000 messages' }
      : { ...ok, state: 'failed' as const, found: 'The brokers at 127.0.0.1:9092 do not answer.' };
  const page = (port: number): string => `http://127.0.0.1:${port}`;
  return [
    { name: 'kafka', title: 'Kafka', address: '127.0.0.1:9092', page: null, ...kafka },
    {
      name: 's3',
      title: 'S3',
      address: page(3900),
      page: `${page(3900)}/ui`,
      ...ok,
      found: 'bucket datalake answers',
    },
    {
      name: 'spark',
      title: 'Spark',
      address: 'sc://127.0.0.1:15002',
      page: page(4040),
      ...ok,
      found: 'Spark 4.2.0, application app-20261124180035-0000',
    },
    {
      name: 'spark-master',
      title: 'Spark master',
      address: 'spark://127.0.0.1:7077',
      page: page(8080),
      ...ok,
      found: '2 workers, 2 of 2 cores in use',
    },
  ];
}

function stages(lake: FakeLake, age: number | null): readonly Stage[] {
  return STAGES.map((name, i): Stage => {
    const base = {
      name,
      rows: name === 'source' ? null : 1_250_000 - i * 900,
      lag: name === 'topic' ? 0 : null,
    };
    if (lake.scenario === 'waiting') {
      const sentence =
        i === 0
          ? 'No message has arrived yet: start one with "contrail up" or "contrail produce --source ...".'
          : null;
      return { name, state: 'waiting', rows: null, lag: null, age_s: null, sentence };
    }
    if (lake.scenario === 'failed' && name === 'gold') {
      const sentence =
        'Gold could not be written: the disk is full. Free some space; the pipeline tries again by itself.';
      return { ...base, state: 'failed', age_s: 184, sentence };
    }
    const state: StageState = stateOf(lake.scenario, age);
    const sentence =
      state === 'ok' ? null : name === 'source' ? 'The newest message came a while ago.' : null;
    return {
      ...base,
      state,
      rows: name === 'dashboard' ? lake.flights.length : base.rows,
      age_s: (age ?? 0) + i * 0.3,
      sentence,
    };
  });
}

function saidIn(scenario: Scenario): Pick<Progress, 'state' | 'message' | 'notices'> {
  const notices = [
    'The clock of this machine is 1,200 s behind the feed: set it.',
    'Messages 4 to 9 of partition 0 were passed over.',
  ];
  if (scenario === 'failed')
    return { state: 'failed', message: 'Gold could not be written: the disk is full.', notices: [] };
  if (scenario === 'paused')
    return { state: 'waiting', message: 'The disk has 0.4 GB left, and 1 GB is kept free.', notices: [] };
  return { state: 'running', message: null, notices: scenario === 'noticed' ? notices : [] };
}

/** What the pipeline says of itself; null in an empty lake. */
export function progressOf(lake: FakeLake): Progress | null {
  if (lake.eventTime === null) return null;
  const now_ms = lake.now * 1000;
  const batches = Array.from({ length: 60 }, (_, i): BatchProgress => {
    const id = lake.version - 59 + i;
    const wave = Math.abs(Math.sin(id * 1.7)) * 0.5 + Math.abs(Math.sin(id / 9)) * 0.5;
    const rows_in = Math.round(2400 + wave * 2600);
    const rows_quarantined = {
      duplicate: Math.round(rows_in * 0.02),
      missing_position: id % 3 === 0 ? 14 : 9,
    };
    return {
      batch_id: id,
      started_at_ms: now_ms - (60 - i) * 5000,
      duration_ms: Math.round(380 + wave * 520),
      rows_in,
      rows_silver: rows_in - rows_quarantined.duplicate - rows_quarantined.missing_position,
      rows_quarantined: { ...rows_quarantined, ...(id % 17 === 0 ? { malformed: 2 } : {}) },
      rows_late: id % 11 === 0 ? 6 : 0,
      event_time_max: lake.eventTime,
      ingested_at_max_ms: now_ms - 900,
      lag_after: id % 13 === 0 ? 420 : 0,
      duration_by_table_ms: {
        'bronze/flights': 90,
        'silver/flights': 140,
        'silver/flights_ml': Math.round(120 + wave * 260),
      },
    };
  });
  return {
    at_ms: now_ms - 800,
    started_at_ms: now_ms - 3_600_000,
    ...saidIn(lake.scenario),
    engine: lake.scenario === 'cluster' || lake.scenario === 'unhealthy' ? 'spark' : 'duckdb',
    trigger_ms: 5000,
    simulated: lake.scenario === 'simulated',
    batch_id: lake.version,
    topic: {
      name: 'opensky-data',
      partitions: [0, 1, 2, 3].map((partition) => {
        const end = 312_000 + partition * 711 + lake.version * 800;
        return { partition, next: String(end), end: String(end), lag: 0 };
      }),
    },
    batches,
  };
}

/** `/api/status`. */
export function statusAnswer(lake: FakeLake): StatusAnswer {
  const empty = lake.eventTime === null;
  return {
    ...liveState(lake),
    tables: BATCH_TABLES.map(({ name }, i) => ({
      name,
      version: empty ? null : lake.version,
      rows: empty ? null : Math.round(1_250_000 / (i + 1) ** 2),
      files: empty ? null : 240 - i * 31,
      bytes: empty ? null : Math.round(96_000_000 / (i + 1) ** 2),
      committed_at_ms: lake.eventTime === null ? null : (lake.eventTime + 1) * 1000,
      refusal: null,
    })),
    progress: progressOf(lake),
    progress_age_ms: empty ? null : 800,
  };
}

/** `/api/traffic`. */
export function trafficAnswer(lake: FakeLake, windows: number): TrafficAnswer {
  const table = 'gold/traffic_by_country';
  if (lake.eventTime === null) {
    const none = { columns: [...TRAFFIC_COLUMNS], rows: [] };
    const leaderboard = { columns: [...LEADERBOARD_COLUMNS], rows: [] };
    return {
      table,
      version: null,
      as_of_ms: null,
      since: null,
      windows: [],
      ...none,
      leaderboard,
      window_s: GOLD_WINDOW_S,
      newest_window_end: null,
    };
  }
  const newest = Math.floor(lake.eventTime / GOLD_WINDOW_S) * GOLD_WINDOW_S;
  const countIn = (start: number, i: number): number => {
    const weight = COUNTRIES[i]?.[1] ?? 1;
    const turn = Math.sin(start / 5200 + i) * 0.14 + Math.sin(start / 900 + i * 3) * 0.05;
    return Math.max(1, Math.round((lake.flights.length / 105) * weight * (0.9 + turn)));
  };
  const starts = Array.from({ length: windows }, (_, w) => newest - (windows - 1 - w) * GOLD_WINDOW_S);
  const rows = starts.flatMap((start) =>
    COUNTRIES.map(([country], i) => {
      const flights = countIn(start, i);
      return [
        start,
        country,
        flights,
        flights * 28,
        640 + 90 * Math.sin(i + start / 7000),
        8300 + 900 * Math.sin(i * 2 + start / 4100),
      ];
    }),
  );
  const board = COUNTRIES.map(([country], i) => {
    const flights = countIn(newest, i);
    return [
      country,
      flights,
      flights * 28,
      640 + 90 * Math.sin(i),
      8300 + 900 * Math.sin(i * 2),
      countIn(newest - 3600, i),
    ] as const;
  }).toSorted((a, b) => b[1] - a[1]);
  return {
    table,
    version: lake.version,
    as_of_ms: (lake.eventTime + 1) * 1000,
    since: null,
    windows: starts,
    columns: [...TRAFFIC_COLUMNS],
    rows,
    leaderboard: { columns: [...LEADERBOARD_COLUMNS], rows: board },
    window_s: GOLD_WINDOW_S,
    newest_window_end: newest + GOLD_WINDOW_S,
  };
}

/** `/api/categories`. */
export function categoriesAnswer(lake: FakeLake): CategoriesAnswer {
  const table = 'gold/metrics_by_category';
  if (lake.eventTime === null) {
    const times = { window_start: null, window_end: null };
    return { table, version: null, as_of_ms: null, ...times, columns: [...CATEGORY_COLUMNS], rows: [] };
  }
  const newest = Math.floor(lake.eventTime / GOLD_WINDOW_S) * GOLD_WINDOW_S;
  const phases = ['GROUND', 'CLIMB', 'CRUISE', 'LEVEL', 'DESCENT', 'UNKNOWN'];
  const rows = [4, 3, 6, 5, 2, 0, 8, 9, 7].flatMap((category, i) =>
    phases.flatMap((phase, j) => {
      const aircraft = Math.round(
        (lake.flights.length / 6) * 0.55 ** i * (phase === 'CRUISE' ? 1.6 : 1 / (1.4 + j * 0.7)),
      );
      if (aircraft === 0 || (category === 9 && phase === 'CRUISE')) return [];
      return [
        [
          category,
          CATEGORY_NAMES[category] ?? '',
          phase,
          aircraft,
          aircraft * 20,
          820 - i * 70 - j * 12,
          phase === 'GROUND' ? null : 9800 - i * 900 - j * 400,
        ],
      ];
    }),
  );
  return {
    table,
    version: lake.version,
    as_of_ms: (lake.eventTime + 1) * 1000,
    window_start: newest,
    window_end: newest + GOLD_WINDOW_S,
    columns: [...CATEGORY_COLUMNS],
    rows,
  };
}

/** `/api/aircraft/:icao24/track`; no rows for an address that does not fly. */
export function trackAnswer(lake: FakeLake, icao24: string): TrackAnswer {
  const flight = lake.flights.find((one) => one.icao24 === icao24);
  const rows = flight === undefined || lake.eventTime === null ? [] : trackOf(flight, lake.eventTime);
  const [from, to] = [rows[0]?.[0], rows.at(-1)?.[0]];
  return {
    icao24,
    table: 'silver/flights_ml',
    version: lake.version,
    as_of_ms: ((lake.eventTime ?? 0) + 1) * 1000,
    columns: [...TRACK_COLUMNS],
    rows,
    flight:
      typeof from === 'number' && typeof to === 'number'
        ? { from, to, begins_before: false, rows: rows.length, within_m: 0 }
        : null,
    airports: Object.fromEntries((flight?.airports ?? []).map((ident) => [ident, `Airport ${ident}`])),
  };
}

/** Whether a flight is in the air at a time: what tests count against. */
export function isAirborne(flight: Flight, time: number): boolean {
  return aircraftAt(flight, time).on_ground === false;
}
