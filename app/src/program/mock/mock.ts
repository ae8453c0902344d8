import { ContrailError } from '../../errors.ts';
import type { LiveComponents } from '../../ingest/components.ts';
import { recordedTraffic } from '../../ingest/mock/recorded-traffic.ts';
import { asHeard, simulatedTraffic, type Traffic, within } from '../../ingest/mock/traffic.ts';
import { loadAirports } from '../airports.ts';
import { loadRunways } from '../runways.ts';
import { count } from '../terminal/say.ts';
import type { MockKind } from './faults.ts';
import { openHttpMock } from './http-mocks.ts';
import type { MockOptions, OpenMock, Tell } from './options.ts';
import { openSbsMock } from './sbs-mock.ts';

/** How often positions change, as each feed has it. */
export const PACES_MS: Readonly<Record<MockKind, number>> = {
  opensky: 5_000,
  readsb: 1_000,
  adsbx: 1_000,
  sbs: 1_000,
};

/**
 * Serves a feed that does not exist: recordings or simulated aircraft in the words of OpenSky, a receiver or a service, with
 * faults where wanted. The seed decides which answers have which faults.
 * @throws ContrailError `invalid` / `mock-recordings-unreadable`, `simulator-arguments`, `port-in-use`, `cannot-listen`
 */
export async function openMock(
  options: MockOptions,
  components: LiveComponents,
  tell: Tell,
): Promise<OpenMock & { readonly serves: string }> {
  const paceMs = options.paceMs ?? PACES_MS[options.kind];
  const { words, traffic } = trafficOf(options, paceMs, components.clock());
  const setting = { options, paceMs, traffic, components, tell };
  try {
    const open = await (options.kind === 'sbs' ? openSbsMock(setting) : openHttpMock(options.kind, setting));
    return Object.assign(open, { serves: words });
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, options);
  }
}

function trafficOf(
  options: MockOptions,
  paceMs: number,
  nowMs: number,
): { readonly traffic: Traffic; readonly words: string } {
  const { kind, from, aircraft, seed, around } = options;
  const each = `each ${paceMs / 1000} s`;
  const near = (all: Traffic): Traffic => (around === null ? all : within(around, all));
  if (from === 'simulator') {
    const all = simulatedTraffic({
      airports: loadAirports(),
      runways: loadRunways(),
      aircraft,
      seed,
      paceMs,
    });
    const traffic = near(kind === 'opensky' ? all : asHeard(all));
    // The first scene shows mistakes of the arguments, and is the slowest.
    const { vectors } = traffic(nowMs);
    const where = around === null ? '' : `, ${count(vectors.length)} of them in the area`;
    return { traffic, words: `${count(aircraft)} simulated aircraft, in new places ${each}${where}` };
  }
  const recorded = recordedTraffic(from, paceMs);
  return {
    traffic: near(recorded),
    words: `${count(recorded.count)} recordings of ${from}, one ${each}, with times as of now`,
  };
}

function listenError(error: NodeJS.ErrnoException, { kind, host, port }: MockOptions): Error {
  if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') return error;
  const isTaken = error.code === 'EADDRINUSE';
  return new ContrailError(
    isTaken ? 'port-in-use' : 'cannot-listen',
    `The mock of ${kind} cannot listen on ${host}:${port}: ` +
      (isTaken
        ? `port ${port} is in use by another program. Choose another one with --port, or leave it out for any free one.`
        : `${error.code ?? error.message}. Choose another address with --host and --port.`),
    { cause: error, facts: { host, port } },
  );
}
