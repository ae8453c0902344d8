import type { LiveState, Stage } from 'contrail/dashboard/protocol';
import type { Link } from './connection.ts';

/** The state of the whole page; if several apply, the worst counts. */
export type PageState =
  | 'loading'
  | 'disconnected'
  | 'waiting'
  | 'replay'
  | 'recording'
  | 'stale'
  | 'delayed'
  | 'live';

/** The facts from which the state of the page follows. */
export interface FreshnessFacts {
  readonly link: Link;
  /** Whether an instant is replayed: then the picture says nothing of now. */
  readonly isReplayed?: boolean;
  /** The newest `state` message, or null before the first. */
  readonly server: LiveState | null;
  readonly aircraft: number;
  /** Newest event time in the picture, epoch seconds; NaN while there never was an aircraft. */
  readonly eventTime: number;
  /** The server's time now, epoch seconds. */
  readonly now: number;
}

/** Used until the server has sent its own, seconds: 15 plus a trigger of 5, and 60. */
const DELAYED_S = 20;
const STALE_S = 60;

/** Seconds since the newest position by the server's clock; null before the first position. Never negative. */
export function positionAge_s(facts: Pick<FreshnessFacts, 'eventTime' | 'now'>): number | null {
  return Number.isFinite(facts.eventTime) ? Math.max(0, facts.now - facts.eventTime) : null;
}

/** The state of the page. A first attempt that has not answered yet is `loading`, a lost connection `disconnected`. */
export function pageState(facts: FreshnessFacts): PageState {
  const { link, server } = facts;
  if (facts.isReplayed === true) return 'replay';
  if (link.kind === 'retrying' || (link.kind === 'connecting' && link.attempt > 0)) return 'disconnected';
  if (server === null && facts.aircraft === 0) return 'loading';
  const age = positionAge_s(facts);
  if (age === null || (facts.aircraft === 0 && server?.event_time == null)) return 'waiting';
  if (isRecording(facts)) return 'recording';
  if (age > (server?.stale_after_s ?? STALE_S)) return 'stale';
  return age > (server?.delayed_after_s ?? DELAYED_S) ? 'delayed' : 'live';
}

/** Whether the positions on the map are too old to be called live, whatever the state of the connection. */
export function isStale(facts: FreshnessFacts): boolean {
  if (facts.isReplayed === true || isRecording(facts)) return false;
  const age = positionAge_s(facts);
  return age !== null && age > (facts.server?.stale_after_s ?? STALE_S);
}

/** Positions older than this are a recording, whatever feed they came from: nobody looks at them as at the traffic of now. */
const RECORDED_S = 86_400;

/** Feeds that play what was recorded before. */
const RECORDED_FEEDS: readonly string[] = ['replay', 'archive'];

/** True when the picture is of a recording: a moment of the past, which does not grow stale. */
export function isRecording(facts: FreshnessFacts): boolean {
  const age = positionAge_s(facts);
  const { server } = facts;
  if (facts.isReplayed === true || age === null || server === null) return false;
  if (age > RECORDED_S) return true;
  if (server.feed === null) return false;
  const [feed = ''] = server.feed.split(':');
  return RECORDED_FEEDS.includes(feed) && age > server.stale_after_s;
}

/**
 * The pace by which aircraft are carried on and fade, seconds; 0: nobody knows. That of the slowest source which keeps its
 * pace: a picture does not say which source heard an aircraft, and none may look old while its own source is on time.
 */
export function mapPace_s(server: Pick<LiveState, 'pace_s' | 'sources'> | null): number {
  if (server === null) return 0;
  const kept = server.sources.filter(({ state }) => state === 'ok').map(({ pace_s }) => pace_s ?? 0);
  return Math.max(server.pace_s, ...kept);
}

/**
 * The stages as far as the page can know them: without a connection nobody knows whether a stage is still well, and it is not
 * called so. One that had failed stays failed.
 */
export function knownStages(stages: readonly Stage[], isConnected: boolean): readonly Stage[] {
  if (isConnected) return stages;
  return stages.map((stage) =>
    stage.state === 'failed' || stage.state === 'waiting'
      ? stage
      : { ...stage, state: 'stale', sentence: 'Not known since the connection to the server was lost.' },
  );
}

/** Whether what the server said of itself is of now: by its socket, or by polling. */
export function isConnected(link: Link): boolean {
  return link.kind === 'open' || link.polling || (link.kind === 'connecting' && link.attempt === 0);
}

/** The first stage that produces nothing, which is the one to look at. */
export function firstSilent(stages: readonly Stage[]): Stage | null {
  return stages.find((stage) => stage.state === 'failed' || stage.state === 'waiting') ?? null;
}
