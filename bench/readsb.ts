import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeStateVector } from '../app/src/flight/state-vector.ts';
import { ReadsbSource } from '../app/src/ingest/readsb/readsb-source.ts';
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

/** Writes an `aircraft.json` each second, and serves it; the source reads it as a file, then over HTTP, each in a process of its own. */
export async function readsb(options: ReadsbOptions): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-readsb-'));
  const path = join(folder, 'aircraft.json');
  let text = answerOf(options.aircraft);
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const writing = new AbortController();
  const written = (async () => {
    while (!writing.signal.aborted) {
      text = answerOf(options.aircraft);
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
      await SYSTEM.sleep(1_000, writing.signal);
    }
  })();
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/aircraft.json`;
    const found: Record<string, unknown> = {};
    for (const [name, place] of [
      ['file', path],
      ['http', url],
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
      kilobytes: Math.round(text.length / 1000),
      ...found,
      machine: machine(),
    };
  } finally {
    writing.abort();
    await written;
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** As readsb writes aircraft that are well received. */
function answerOf(count: number): string {
  const now = Date.now() / 1000;
  const aircraft = Array.from({ length: count }, (_, index) => ({
    hex: (0x400000 + index).toString(16),
    type: 'adsb_icao',
    flight: `BAW${index}`.padEnd(8),
    r: `G-${index}`,
    t: 'A320',
    alt_baro: 30_000 + (index % 400) * 25,
    alt_geom: 30_500 + (index % 400) * 25,
    gs: 400 + (index % 1000) / 10,
    ias: 250,
    tas: 440,
    mach: 0.78,
    track: (index * 7 + now) % 360,
    baro_rate: -64,
    geom_rate: -32,
    squawk: String(1000 + (index % 700)),
    emergency: 'none',
    category: 'A3',
    nav_qnh: 1013.6,
    nav_altitude_mcp: 32_000,
    lat: 47 + ((index + now) % 10_000) / 10_000,
    lon: 8.533_12,
    nic: 8,
    rc: 186,
    seen_pos: (index % 20) / 10,
    version: 2,
    nac_p: 9,
    nac_v: 2,
    sil: 3,
    sil_type: 'perhour',
    gva: 2,
    sda: 2,
    alert: 0,
    spi: 0,
    mlat: [],
    tisb: [],
    messages: 1000 + index,
    seen: (index % 10) / 10,
    rssi: -20 - (index % 150) / 10,
  }));
  return JSON.stringify({ now, messages: 1_000_000, aircraft });
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
