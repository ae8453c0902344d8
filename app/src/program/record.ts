import type { Settings } from '../config/settings.ts';
import { ContrailError } from '../errors.ts';
import { LineRecorder } from '../ingest/record/line-recorder.ts';
import { Recorder } from '../ingest/record/recorder.ts';
import type { Recorded } from '../ingest/record/recording-folder.ts';
import type { Source } from '../ingest/source.ts';
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

/** Sources that ask over HTTP, and those that listen. */
const [ASKS, LISTENS] = [/^(opensky$|readsb:https?:|adsblol:|adsbfi:|airplaneslive:|adsbx:)/, /^sbs:/];

/**
 * `contrail record`: keeps what a source answers or sends, in a folder that `replay:` reads.
 * @throws ContrailError `invalid` / `record-source`
 */
export async function record(
  settings: Settings,
  { folder, maxBytes, polls }: RecordOptions,
  signal: AbortSignal,
): Promise<Recorded> {
  const spec = settings.source === 'auto' ? 'opensky' : settings.source;
  if (settings.sources.length !== 1 || !(ASKS.test(spec) || LISTENS.test(spec))) {
    throw new ContrailError(
      'record-source',
      `contrail record takes one source that asks over HTTP, or a receiver's lines: opensky, readsb:URL, adsblol:, adsbfi:, airplaneslive:, adsbx: or sbs:HOST:PORT; not ${spec}.`,
      { facts: { source: spec } },
    );
  }
  const { recorder, source } = LISTENS.test(spec)
    ? lineRecorder(settings, spec, folder, maxBytes)
    : answerRecorder(settings, spec, folder, maxBytes);
  await recorder.open();
  const what = LISTENS.test(spec) ? 'files of lines' : 'answers';
  let [isFirst, isRemoving] = [true, false];
  const recorded = await recorder.record(source, {
    signal,
    onState: sourceWords(say),
    ...(polls !== null && { maxPolls: polls }),
    onPoll: ({ answers, removed }) => {
      if (isFirst && answers > 0) say(`The first of the ${what} is in ${folder}.`);
      isFirst &&= answers === 0;
      if (removed > 0 && !isRemoving)
        say(`The recordings in ${folder} have reached their limit: the oldest are removed from now on.`);
      isRemoving = removed > 0;
    },
  });
  say(
    `${source.name}: ${count(recorded.answers)} ${what} recorded; ${folder} holds ${(recorded.bytes / 1e6).toFixed(1)} MB. Play them with --source replay:${folder}`,
  );
  return recorded;
}

interface Recording {
  readonly recorder: Recorder | LineRecorder;
  readonly source: Source;
}

function answerRecorder(settings: Settings, spec: string, folder: string, maxBytes: number): Recording {
  const recorder = new Recorder(folder, maxBytes, SYSTEM.clock);
  return { recorder, source: sourceNamed(settings, spec, { fetch: recorder.ask(SYSTEM.fetch) }) };
}

function lineRecorder(settings: Settings, spec: string, folder: string, maxBytes: number): Recording {
  const recorder = new LineRecorder(folder, maxBytes);
  const onLine = recorder.hear.bind(recorder);
  return { recorder, source: sourceNamed(settings, spec, { sbs: { onLine } }) };
}
