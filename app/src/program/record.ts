import type { Settings } from '../config/settings.ts';
import { ContrailError } from '../errors.ts';
import { Recorder, type Recorded } from '../ingest/record/recorder.ts';
import { sourceNamed } from './source.ts';
import { sourceWords } from './source-words.ts';
import { SYSTEM } from './system.ts';
import { count, say } from './terminal/say.ts';

/** What `contrail record` is told. */
export interface RecordOptions {
  readonly folder: string;
  readonly maxBytes: number;
  /** Null: until the signal. */
  readonly polls: number | null;
}

/** Sources that ask over HTTP. */
const ASKS = /^(opensky$|readsb:https?:|adsblol:|adsbfi:|airplaneslive:|adsbx:)/;

/**
 * `contrail record`: keeps what a source answers, in a folder that `replay:` reads.
 * @throws ContrailError `invalid` / `record-source`
 */
export async function record(
  settings: Settings,
  { folder, maxBytes, polls }: RecordOptions,
  signal: AbortSignal,
): Promise<Recorded> {
  const spec = settings.source === 'auto' ? 'opensky' : settings.source;
  if (settings.sources.length !== 1 || !ASKS.test(spec)) {
    throw new ContrailError(
      'record-source',
      `contrail record takes one source that asks over HTTP: opensky, readsb:URL, adsblol:, adsbfi:, airplaneslive: or adsbx:; not ${spec}.`,
      { facts: { source: spec } },
    );
  }
  const recorder = new Recorder(folder, maxBytes, SYSTEM.clock);
  await recorder.open();
  const source = sourceNamed(settings, spec, recorder.ask(SYSTEM.fetch));
  let isRemoving = false;
  const recorded = await recorder.record(source, {
    signal,
    onState: sourceWords(say),
    ...(polls !== null && { maxPolls: polls }),
    onPoll: ({ answers, removed }) => {
      if (answers === 1) say(`The first answer is in ${folder}.`);
      if (removed > 0 && !isRemoving)
        say(`The recordings in ${folder} have reached their limit: the oldest are removed from now on.`);
      isRemoving = removed > 0;
    },
  });
  say(
    `${source.name}: ${count(recorded.answers)} answers recorded; ${folder} holds ${(recorded.bytes / 1e6).toFixed(1)} MB. Play them with --source replay:${folder}`,
  );
  return recorded;
}
