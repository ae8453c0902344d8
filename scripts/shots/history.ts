import { loadAirports } from '../../app/src/program/airports.ts';
import { topicFolder } from '../../app/src/program/data-folder.ts';
import { ingest } from '../../app/src/ingest/ingest.ts';
import { SimulatorSource } from '../../app/src/ingest/simulator/simulator-source.ts';
import { EmbeddedTopic } from '../../app/src/topic/embedded/embedded-topic.ts';

/** How much of the past, how often, of how many aircraft. */
export interface History {
  readonly minutes: number;
  readonly paceMs: number;
  readonly aircraft: number;
}

/**
 * Fills the topic of a data folder with the simulator's traffic of the last minutes, as fast as it goes: a clock runs ahead
 * from then to now. A simulator that is started on the folder after it goes on with the same flights.
 */
export async function fillTopic(data: string, { minutes, paceMs, aircraft }: History): Promise<number> {
  const stop = new AbortController();
  let now = Math.floor(Date.now() / 60_000) * 60_000 - minutes * 60_000;
  const clock = (): number => now;
  const source = new SimulatorSource(
    { airports: loadAirports(), aircraft, paceMs },
    {
      clock,
      monotonic: clock,
      sleep: async (ms) => {
        now += Math.max(1, Math.ceil(ms));
        if (now >= Date.now()) stop.abort();
      },
    },
  );
  await using topic = await EmbeddedTopic.open({
    directory: topicFolder(data),
    name: 'opensky-data',
    partitions: 4,
    clock,
    retention: { maxAgeMs: 86_400_000, maxBytes: 1e10 },
  });
  const { messages } = await ingest(source, topic, { clock, signal: stop.signal });
  return messages;
}
