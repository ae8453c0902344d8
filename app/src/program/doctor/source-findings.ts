import type { Source } from '../../ingest/source.ts';
import type { LiveComponents } from '../../ingest/components.ts';
import { type Finding, look } from './finding.ts';

/** A look costs nothing there, or one request; OpenSky's would cost credits. */
const CHEAP = /^(readsb|adsbx|adsblol|adsbfi|airplaneslive):/;
/** A service far away that is slow. */
const LONGEST_MS = 5_000;
/** A file may be in the middle of being written. */
const TRIES = 2;

/** Whether the receivers and services among some sources answer, each asked once. */
export function sourceFindings(
  specs: readonly string[],
  open: (spec: string) => Source,
  components: Pick<LiveComponents, 'timeout'>,
): Promise<readonly Finding[]> {
  const advice = 'see the message; docs/feeds.md tells how to name a feed, and what it wants';
  const sources = specs.filter((spec) => CHEAP.test(spec)).map(open);
  return Promise.all(sources.map((source) => look(source.name, advice, () => firstPoll(source, components))));
}

/** What its first poll holds. @throws Error with what the source says of itself when it gives none in time */
async function firstPoll(source: Source, { timeout }: Pick<LiveComponents, 'timeout'>): Promise<string> {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([timeout(LONGEST_MS), giveUp.signal]);
  let failures = 0;
  let said: string | null = null;
  const onState = ({ kind, about, message }: { kind: string; about?: string; message: string }): void => {
    if (kind === 'ok') return;
    [failures, said] = [failures + 1, about ?? message];
    if (failures >= TRIES) giveUp.abort();
  };
  for await (const poll of source.polls({ signal, onState })) {
    if (poll.kind !== 'vectors') continue;
    const located = poll.vectors.filter(({ latitude }) => latitude !== null).length;
    return `${poll.vectors.length} aircraft, ${located} with a position`;
  }
  throw new Error(said ?? `no answer within ${LONGEST_MS / 1000} s`);
}
