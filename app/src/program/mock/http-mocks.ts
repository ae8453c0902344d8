import { rename, writeFile } from 'node:fs/promises';
import { planFaults } from '../../ingest/mock/fault-plan.ts';
import { MockHttpServer } from '../../ingest/mock/http-server.ts';
import { type MockBucket, OpenSkyMock } from '../../ingest/mock/opensky.ts';
import { aircraftJson, areaServiceAnswer, receiverAnswer } from '../../ingest/mock/receiver.ts';
import {
  type Fault,
  JSON_TYPE,
  type MockReply,
  type MockRequest,
  reply,
  spoilt,
} from '../../ingest/mock/reply.ts';
import { toOpenSkyRow } from '../../ingest/mock/to-opensky-row.ts';
import { BUCKETS } from '../../ingest/opensky/credits.ts';
import { urlOf } from '../../dashboard/listen.ts';
import { count } from '../terminal/say.ts';
import { HTTP_FAULTS, type MockKind } from './faults.ts';
import { MOCK_DATA, type MockSetting, type OpenMock } from './options.ts';

/** The client of the mock's account; no secret of anybody. */
export const MOCK_CLIENT = { id: 'mock', secret: 'mock' };
/** London. */
const SOMEWHERE = { latitude: 51.5, longitude: -0.1, radiusNm: 250 };

interface Feed {
  readonly answer: (request: MockRequest) => MockReply;
  /** Whether a path is one whose answers have faults. */
  readonly isData: (path: string) => boolean;
  readonly url: (origin: string) => string;
  readonly command: (origin: string) => string;
}

/** OpenSky, a receiver's web server or a service. */
export async function openHttpMock(kind: Exclude<MockKind, 'sbs'>, setting: MockSetting): Promise<OpenMock> {
  const { options, components, tell } = setting;
  const { answer, isData, url, command } = FEEDS[kind](setting);
  const faults = HTTP_FAULTS[kind].filter(({ name }) => options.faults.includes(name));
  const names = new Map(faults.map(({ name, fault }) => [fault, name]));
  const next = planFaults({
    faults: faults.map(({ fault }) => fault),
    share: options.share,
    seed: options.seed,
  });
  let [answered, faulty] = [0, 0];
  if (options.file !== null) await writeFileOf(options.file, setting, null);
  const server = await MockHttpServer.start({
    clock: components.clock,
    host: options.host,
    port: options.port,
    answer,
    faultOf: (path) => (isData(path) ? next() : null),
    hasDates: () => true,
    hasEtags: () => kind === 'readsb',
    onAnswered: ({ url: { pathname }, fault }) => {
      answered += 1;
      if (fault === null) return;
      faulty += 1;
      tell(`fault ${names.get(fault) ?? ''}: ${pathname}`);
    },
  });
  const stop = new AbortController();
  const written = writeEachPace(setting, next, stop.signal);
  const origin = urlOf(options.host, server.port);
  return {
    url: url(origin),
    command: command(origin),
    summary: () => `Requests answered: ${count(answered)}; with a fault: ${count(faulty)}.`,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await written;
      await server[Symbol.asyncDispose]();
    },
  };
}

const FEEDS: Readonly<Record<Exclude<MockKind, 'sbs'>, (setting: MockSetting) => Feed>> = {
  opensky: ({ options, paceMs, traffic, components }) => {
    const { account, credits, tokenMs } = options;
    const bucket = (kind: typeof account): MockBucket => ({
      ...BUCKETS[kind],
      ...(credits !== null && { credits }),
    });
    const hasAccount = account !== 'anonymous';
    const mock = new OpenSkyMock({
      clock: components.clock,
      rows: (atMs) => {
        const { rows, vectors } = traffic(atMs);
        return rows ?? vectors.map(toOpenSkyRow);
      },
      ...(hasAccount && { client: MOCK_CLIENT }),
      buckets: { anonymous: bucket('anonymous'), account: bucket(account) },
      expiresIn: Math.ceil(tokenMs / 1000),
      leastGridMs: paceMs,
    });
    const login = hasAccount
      ? `OPENSKY_CLIENT_ID=${MOCK_CLIENT.id} OPENSKY_CLIENT_SECRET=${MOCK_CLIENT.secret} `
      : '';
    return {
      answer: (request) => mock.answer(request),
      isData: (path) => path.endsWith('/states/all'),
      url: (origin) => `${origin}/api`,
      command: (origin) =>
        `${login}npx contrail up --source opensky --opensky-url ${origin}/api ${MOCK_DATA}`,
    };
  },
  readsb: ({ traffic, components }) => ({
    answer: receiverAnswer(() => aircraftJson(traffic(components.clock()))),
    isData: (path) => path.endsWith('/aircraft.json'),
    url: (origin) => `${origin}/data/aircraft.json`,
    command: (origin) => `npx contrail up --source readsb:${origin}/ ${MOCK_DATA}`,
  }),
  adsbx: ({ options, traffic, components }) => {
    const { latitude, longitude, radiusNm } = options.around ?? SOMEWHERE;
    const path = `/v2/point/${latitude}/${longitude}/${Math.min(250, Math.ceil(radiusNm))}`;
    return {
      answer: areaServiceAnswer(traffic, components.clock),
      isData: () => true,
      url: (origin) => `${origin}${path}`,
      command: (origin) => `npx contrail up --source adsbx:${origin}${path} ${MOCK_DATA}`,
    };
  },
};

/** Writes the file of a receiver at each pace. A fault that no text of a file can have leaves it as it is. */
async function writeEachPace(
  setting: MockSetting,
  next: () => Fault | null,
  signal: AbortSignal,
): Promise<void> {
  const { options, paceMs, components, tell } = setting;
  const { file } = options;
  while (file !== null) {
    await components.sleep(paceMs - (components.clock() % paceMs), signal);
    if (signal.aborted) return;
    // Its readers live with a file that stays as it is, and so does the server.
    await writeFileOf(file, setting, next()).catch((error: Error) =>
      tell(`${file} was not written: ${error.message}`),
    );
  }
}

async function writeFileOf(
  file: string,
  { traffic, components }: MockSetting,
  fault: Fault | null,
): Promise<void> {
  const right = reply(200, aircraftJson(traffic(components.clock())), JSON_TYPE);
  const shown = fault === null ? right : spoilt(fault, right);
  if (shown?.status !== 200) return;
  await writeFile(`${file}.new`, shown.body);
  await rename(`${file}.new`, file);
}
