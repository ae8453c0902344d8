import type { SourceStatus } from 'contrail/dashboard/protocol';
import { calmAge, count } from './format.ts';
import type { Times } from './time.ts';

/** What people call a source that needs no place. */
const TITLES: Readonly<Record<string, string>> = {
  opensky: 'OpenSky',
  simulator: 'Simulator',
  replay: 'Recording',
  archive: 'Archive',
  ndjson: 'Messages from a file',
  readsb: 'Receiver',
  sbs: 'Receiver',
  adsbx: 'ADS-B service',
};

/** Services that answer for a circle: `adsblol:LAT,LON,NM`. */
const SERVICES: Readonly<Record<string, string>> = {
  adsblol: 'adsb.lol',
  adsbfi: 'adsb.fi',
  airplaneslive: 'airplanes.live',
};

/** A source as people call it, from the words that started it: `sbs:pi:30003` is the receiver at pi. One not known here: as it came. */
export function sourceTitle(source: string): string {
  const colon = source.indexOf(':');
  const kind = colon < 0 ? source : source.slice(0, colon);
  const rest = colon < 0 ? '' : source.slice(colon + 1);
  const service = SERVICES[kind];
  if (service !== undefined) {
    const [latitude = '', longitude = ''] = rest.split(',');
    return rest === '' ? service : `${service} near ${latitude.trim()}, ${longitude.trim()}`;
  }
  const title = TITLES[kind];
  if (title === undefined) return source;
  switch (kind) {
    case 'readsb':
    case 'sbs':
    case 'adsbx':
      return rest === '' ? title : `${title} ${placeOf(rest)}`;
    case 'replay':
    case 'archive':
      return rest === '' ? title : `${title} ${nameOf(rest)}`;
    case 'ndjson':
      if (rest === '-') return 'Messages from standard input';
      return rest === '' ? title : `Messages from ${nameOf(rest)}`;
    default:
      return title;
  }
}

/** `at HOST` of an address, `file NAME` of a path. Never more of it: an address may hold a secret. */
function placeOf(address: string): string {
  const bare = /^(\[[^\]]+\]|[^/:\s]+):\d+$/.exec(address)?.[1];
  if (bare !== undefined) return `at ${bare}`;
  const host =
    /^[a-z][a-z+.-]*:\/\//i.test(address) && URL.canParse(address) ? new URL(address).hostname : '';
  return host === '' ? `file ${nameOf(address)}` : `at ${host}`;
}

/** The last part of a path that has one. */
function nameOf(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}

/** The word for the state of a source. */
export function sourceStateWord({ state, said }: Pick<SourceStatus, 'state' | 'said'>): string {
  switch (state) {
    case 'ok':
      return 'On time';
    case 'delayed':
      return 'Late';
    case 'stale':
      return 'Silent';
    case 'waiting':
      return 'Waiting';
    case 'ended':
      return 'Ended';
    case 'failed':
      break;
  }
  if (said === 'rate-limited') return 'Rate limited';
  return said === 'unauthorized' ? 'Sign-in refused' : 'Unavailable';
}

/** Polls closer than this are no news: their countdown would only flicker, seconds. */
const COUNTED_FROM_S = 20;
/** An answer takes a moment; after this a poll that has not come is overdue, seconds. */
const ASKING_S = 30;

/** `next in 41 s`; null where a source does not say, or asks all the time. */
export function nextPollWords(source: SourceStatus, times: Times): string | null {
  if (source.next_poll_at_ms === null || source.state === 'ended') return null;
  if (source.state === 'failed' && source.said === 'rate-limited') {
    return `until ${times.at(source.next_poll_at_ms / 1000, 'minute')}`;
  }
  const wait_s = source.next_poll_at_ms / 1000 - times.now;
  const isQuick = (source.pace_s ?? 0) < COUNTED_FROM_S && wait_s < COUNTED_FROM_S;
  if (source.state === 'failed') return wait_s > 0 ? `next try in ${calmAge(wait_s)}` : 'trying now';
  if (isQuick && wait_s > -ASKING_S) return null;
  if (wait_s > 0) return `next in ${calmAge(Math.ceil(wait_s))}`;
  return wait_s > -ASKING_S ? 'asking now' : `next poll ${calmAge(-wait_s)} overdue`;
}

/** One source in a few words: `OpenSky, next in 41 s, 62 credits left`; `OpenSky, rate limited until 14:05 UTC`. */
export function sourceWords(source: SourceStatus, times: Times): string {
  const title = source.source === 'simulator' ? 'Simulated' : sourceTitle(source.source);
  const credits = source.state === 'failed' ? null : creditWords(source);
  return [title, standingOf(source, times), credits].filter((part) => part !== null).join(', ');
}

/** `late, next in 41 s`, `rate limited until 14:05 UTC`; null where all is well and there is nothing to count. */
function standingOf(source: SourceStatus, times: Times): string | null {
  const next = nextPollWords(source, times);
  if (source.state === 'ok') return next;
  const state = sourceStateWord(source).toLowerCase();
  if (next === null) return state;
  return source.said === 'rate-limited' ? `${state} ${next}` : `${state}, ${next}`;
}

function creditWords({ credits_left }: SourceStatus): string | null {
  if (credits_left === null) return null;
  return `${count(credits_left)} ${credits_left === 1 ? 'credit' : 'credits'} left`;
}

/** The sources in the room of one line: the one there is; of several how many, and the first that is not well. */
export function sourcesWords(sources: readonly SourceStatus[], times: Times): string | null {
  const [first, ...others] = sources;
  if (first === undefined) return null;
  if (others.length === 0) return sourceWords(first, times);
  const trouble = worstOf(sources);
  const all = `${sources.length} sources`;
  return trouble === null ? all : `${all}: ${sourceWords(trouble, times)}`;
}

/** As {@link sourcesWords}, without a name, where there is no room for one. */
export function sourcesShort(sources: readonly SourceStatus[], times: Times): string | null {
  const shown = worstOf(sources) ?? (sources.length === 1 ? sources[0] : undefined);
  return shown === undefined ? null : standingOf(shown, times);
}

/** What keeps a source that is not well, as a sentence; null where all are. */
export function troubleWords(sources: readonly SourceStatus[], times: Times): string | null {
  const trouble = worstOf(sources);
  return trouble === null ? null : `${sourceWords(trouble, times)}.`;
}

function worstOf(sources: readonly SourceStatus[]): SourceStatus | null {
  for (const state of ['failed', 'stale', 'delayed'] as const) {
    const found = sources.find((source) => source.state === state);
    if (found !== undefined) return found;
  }
  return null;
}
