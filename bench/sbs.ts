import { encodeStateVector } from '../app/src/flight/state-vector.ts';
import { LineServer } from '../app/src/ingest/mock/line-server.ts';
import { sendLines } from '../app/src/ingest/mock/sbs.ts';
import { asHeard, simulatedTraffic } from '../app/src/ingest/mock/traffic.ts';
import { SbsSource } from '../app/src/ingest/sbs/sbs-source.ts';
import { loadAirports } from '../app/src/program/airports.ts';
import { SYSTEM } from '../app/src/program/system.ts';
import { type Cost, machine, measure, round, runStep, say } from './child.ts';

interface SbsOptions {
  readonly seconds: number;
  readonly aircraft: number;
  /** Lines a second. */
  readonly rate: number;
}

interface Heard {
  readonly messages: number;
  readonly malformed: number;
  readonly vectors: number;
  readonly cost: Cost;
}

/** Sends lines as a receiver does, at an even rate, to a source in a process of its own; how many arrive, and the cost. */
export async function sbs(options: SbsOptions): Promise<Readonly<Record<string, unknown>>> {
  const { seconds, aircraft, rate } = options;
  const connected = Promise.withResolvers<void>();
  await using server = await LineServer.start({ onConnection: () => connected.resolve() });
  const heard = runStep<Heard>('listen', { port: server.port, lines: seconds * rate }, 'sbs.ts');
  await connected.promise;
  say(`sbs: ${rate} lines a second of ${aircraft} aircraft for ${seconds} s …`);
  const traffic = asHeard(simulatedTraffic({ airports: loadAirports(), aircraft, seed: 1, paceMs: 1_000 }));
  const signal = new AbortController().signal;
  const sent = await sendLines(server, { traffic, rate, most: seconds * rate, signal }, SYSTEM);
  const { messages, malformed, vectors, cost } = await heard;
  return {
    case: 'sbs',
    ...options,
    sent,
    messages,
    malformed,
    vectors,
    share_of_a_core: round(cost.cpu_s / cost.wall_s, 3),
    ...cost,
    machine: machine(),
  };
}

/** Measures the cost of a source, including the text of each message for the topic. */
async function listen({ port, lines }: { readonly port: number; readonly lines: number }): Promise<Heard> {
  const source = new SbsSource(`127.0.0.1:${port}`, SYSTEM);
  const stop = new AbortController();
  let [vectors, characters] = [0, 0];
  const { cost } = await measure(async () => {
    for await (const poll of source.polls({ signal: stop.signal })) {
      if (poll.kind !== 'vectors') continue;
      vectors += poll.vectors.length;
      for (const vector of poll.vectors) characters += encodeStateVector(vector).length;
      if (source.counts.messages + source.counts.malformed >= lines) stop.abort();
    }
  });
  if (characters === 0) throw new Error('No state vector came.');
  return { ...source.counts, vectors, cost };
}

if (process.argv[2] === 'listen') {
  const argument = JSON.parse(process.argv[3] ?? '') as { readonly port: number; readonly lines: number };
  process.stdout.write(JSON.stringify(await listen(argument)));
}
