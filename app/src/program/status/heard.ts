import type { Settings } from '../../config/settings.ts';
import { diskFigures } from '../disk-floor.ts';
import type { SourceWord } from '../../flight/source-word.ts';
import type { IngestCounts, Sink } from '../../ingest/ingest.ts';
import { withSpool } from '../../topic/spool/outage.ts';
import type { SpooledTopic } from '../../topic/spool/spooled-topic.ts';
import { SYSTEM } from '../system.ts';
import { say } from '../terminal/say.ts';
import type { StatusServer } from './status-server.ts';

/** What sources said on their way to the topic, and what they sent. */
export class Heard {
  readonly words = new Map<string, SourceWord>();
  readonly sent = new Map<string, IngestCounts>();

  /** The sink, overheard. */
  before(sink: Sink): Sink {
    return {
      append: (messages, options) => sink.append(messages, options),
      say: (word, options) => {
        this.words.set(word.source, word);
        return sink.say(word, options);
      },
    };
  }
}

/** The server of STATUS_ADDRESS for a producer; null where there is none. @throws ContrailError as {@link startStatusServer} */
export async function startProducerStatus(
  settings: Pick<Settings, 'statusAddress' | 'diskFloorBytes'>,
  data: string,
  { words, sent }: Heard,
  spool: Pick<SpooledTopic, 'state'> | null,
): Promise<StatusServer | null> {
  const { statusAddress } = settings;
  if (statusAddress === null) return null;
  const { startStatusServer } = await import('./status-server.ts');
  const { metricsText, readiness } = await import('./status-text.ts');
  const status = () => {
    const [state, nowMs] = [spool?.state ?? null, SYSTEM.clock()];
    const said = [...words.values()];
    return {
      words: state === null ? said : said.map((word) => withSpool(word, state, nowMs)),
      sent,
      spool: state,
      more: diskFigures(settings, data),
    };
  };
  const server = await startStatusServer(statusAddress, {
    readiness: () => readiness(status()),
    metrics: () => metricsText(status(), SYSTEM.clock()),
  });
  say(`The state of the sources is at ${server.url}/readyz and /metrics.`);
  return server;
}
