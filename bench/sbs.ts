import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { encodeStateVector } from '../app/src/flight/state-vector.ts';
import { SbsSource } from '../app/src/ingest/sbs/sbs-source.ts';
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
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const heard = runStep<Heard>('listen', { port, lines: seconds * rate }, 'sbs.ts');
  const [socket] = (await once(server, 'connection')) as [NodeJS.WritableStream & { destroy(): void }];
  say(`sbs: ${rate} lines a second of ${aircraft} aircraft for ${seconds} s …`);
  const started = performance.now();
  for (let sent = 0; sent < seconds * rate;) {
    const due = Math.min(seconds * rate, Math.floor(((performance.now() - started) / 1000) * rate));
    let text = '';
    for (; sent < due; sent += 1) text += `${lineOf(sent, aircraft)}\r\n`;
    if (text !== '' && !socket.write(text)) await once(socket, 'drain');
    await SYSTEM.sleep(10);
  }
  const { messages, malformed, vectors, cost } = await heard;
  socket.destroy();
  server.close();
  return {
    case: 'sbs',
    ...options,
    sent: seconds * rate,
    messages,
    malformed,
    vectors,
    share_of_a_core: round(cost.cpu_s / cost.wall_s, 3),
    ...cost,
    machine: machine(),
  };
}

/** Two positions, a velocity and a squawk in turn, as receivers send them. */
function lineOf(number: number, aircraft: number): string {
  const icao24 = (0x400000 + (number % aircraft)).toString(16).toUpperCase();
  const turn = Math.floor(number / aircraft) % 4;
  const at = new Date().toISOString();
  const time = `${at.slice(0, 10).replaceAll('-', '/')},${at.slice(11, 23)}`;
  const head = (type: number): string => `MSG,${type},1,1,${icao24},1,${time},${time}`;
  const latitude = (47 + (number % 10_000) / 10_000).toFixed(5);
  if (turn === 1) return `${head(4)},,,451,87,,,-64,,,,,0`;
  if (turn === 3) return `${head(6)},,36000,,,,,,1000,0,0,0,0`;
  return `${head(3)},,36000,,,${latitude},8.53312,,,0,0,0,0`;
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
