import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeStateVector } from '../app/src/flight/state-vector.ts';
import { ReadsbSource } from '../app/src/ingest/readsb/readsb-source.ts';
import { openMock } from '../app/src/program/mock/mock.ts';
import { PLAIN_MOCK } from '../app/src/program/mock/options.ts';
import { SYSTEM } from '../app/src/program/system.ts';
import { type Cost, machine, measure, round, runStep, say } from './child.ts';

interface ReadsbOptions {
  readonly seconds: number;
  readonly aircraft: number;
}

interface Heard {
  readonly polls: number;
  readonly vectors: number;
  readonly odd: number;
  readonly cost: Cost;
}

/** A mock writes an `aircraft.json` each second, and serves it; the source reads it as a file, then over HTTP, each in a process of its own. */
export async function readsb(options: ReadsbOptions): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-readsb-'));
  const path = join(folder, 'aircraft.json');
  try {
    await using mock = await openMock(
      { ...PLAIN_MOCK, kind: 'readsb', aircraft: options.aircraft, file: path },
      SYSTEM,
      () => undefined,
    );
    const found: Record<string, unknown> = {};
    for (const [name, place] of [
      ['file', path],
      ['http', mock.url],
    ] as const) {
      say(`readsb: ${options.aircraft} aircraft a second as ${name} for ${options.seconds} s …`);
      const { cost, ...heard } = await runStep<Heard>(
        'hear',
        { place, seconds: options.seconds },
        'readsb.ts',
      );
      found[name] = { ...heard, share_of_a_core: round(cost.cpu_s / cost.wall_s, 3), ...cost };
    }
    return {
      case: 'readsb',
      ...options,
      kilobytes: Math.round(statSync(path).size / 1000),
      ...found,
      machine: machine(),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the source costs, with the text of each message as it goes into the topic. */
async function hear({
  place,
  seconds,
}: {
  readonly place: string;
  readonly seconds: number;
}): Promise<Heard> {
  const source = new ReadsbSource(place, SYSTEM);
  const signal = SYSTEM.timeout(seconds * 1000);
  let [polls, vectors, odd, characters] = [0, 0, 0, 0];
  const { cost } = await measure(async () => {
    const onState = (state: { readonly kind: string }): void => void (odd += state.kind === 'ok' ? 0 : 1);
    for await (const poll of source.polls({ signal, onState })) {
      if (poll.kind !== 'vectors') continue;
      polls += 1;
      vectors += poll.vectors.length;
      for (const vector of poll.vectors) characters += encodeStateVector(vector).length;
    }
  });
  if (characters === 0) throw new Error('No vector came.');
  return { polls, vectors, odd, cost };
}

if (process.argv[2] === 'hear') {
  const argument = JSON.parse(process.argv[3] ?? '') as { readonly place: string; readonly seconds: number };
  process.stdout.write(JSON.stringify(await hear(argument)));
}
