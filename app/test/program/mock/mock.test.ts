import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { unpacked } from '../../ingest/unpacked.ts';
import { loadSettings } from '../../../src/config/settings.ts';
import { ContrailError } from '../../../src/errors.ts';
import type { StateVector } from '../../../src/flight/state-vector.ts';
import { AREA_SERVICES } from '../../../src/ingest/adsbx/service.ts';
import { type AllTurns, turnsOf } from '../../../src/ingest/adsbx/turns.ts';
import { openSource } from '../../../src/ingest/open-source.ts';
import type { Source, SourceState } from '../../../src/ingest/source.ts';
import { askOverHttp } from '../../../src/program/ask-over-http.ts';
import { faultsOf, MOCK_KINDS, type MockKind } from '../../../src/program/mock/faults.ts';
import { openMock } from '../../../src/program/mock/mock.ts';
import { type MockOptions, PLAIN_MOCK } from '../../../src/program/mock/options.ts';
import { sourceNamed } from '../../../src/program/source.ts';
import { SYSTEM } from '../../../src/program/system.ts';
import { fakeWorld } from '../../ingest/fake-world.ts';
import { folderOf } from '../../ingest/folder.ts';
import { ROW } from '../../ingest/mock-opensky.ts';

/** What no service needs. */
const NO_PARTS = { airports: () => [], stdin: Readable.from([]) };

const stop = new Set<AbortController>();
afterEach(() => {
  for (const controller of stop) controller.abort();
});

const mock = (
  kind: MockKind,
  more: Partial<MockOptions> = {},
  tell: (what: string) => void = () => undefined,
) => openMock({ ...PLAIN_MOCK, aircraft: 300, ...more, kind }, SYSTEM, tell);

/** The source that the printed command would open, in a data folder of its own. */
function sourceOf(command: string, data: string): Source {
  const [, login = '', flags = ''] = /^(.*?)npx contrail up (.*)$/.exec(command) ?? [];
  const environment = Object.fromEntries(
    login
      .split(' ')
      .filter(Boolean)
      .map((one) => one.split('=') as [string, string]),
  );
  const words = flags.split(' ');
  for (let at = 0; at < words.length; at += 2)
    environment[(words[at] ?? '').slice(2).toUpperCase().replaceAll('-', '_')] = words[at + 1] ?? '';
  const settings = loadSettings({ ...environment, DATA_DIR: data });
  return sourceNamed(settings, settings.source);
}

/** The vectors of the first polls that have more than five together; lines on a socket may come a few at a time. */
async function firstVectors(source: Source): Promise<readonly StateVector[]> {
  const end = new AbortController();
  stop.add(end);
  const all: StateVector[] = [];
  for await (const poll of source.polls({ signal: end.signal })) {
    const vectors =
      poll.kind === 'packed' ? unpacked(poll).vectors : poll.kind === 'vectors' ? poll.vectors : [];
    all.push(...vectors);
    if (all.length > 5) break;
  }
  return all;
}

describe('the command that a mock prints shows its aircraft', () => {
  test.each(MOCK_KINDS)('%s', async (kind) => {
    await using folder = await folderOf({});
    await using open = await mock(kind, { around: { latitude: 51.5, longitude: -0.1, radiusNm: 250 } });
    const vectors = await firstVectors(sourceOf(open.command, folder.path));
    expect(vectors.length).toBeGreaterThan(5);
    expect(vectors.every(({ feed }) => feed === kind)).toBe(true);
    // The real data of a person stay apart from it.
    expect(open.command).toContain('--data data-mock');
    expect(open.serves).toMatch(
      /^300 simulated aircraft, in new places each (1|5) s, \d+ of them in the area$/,
    );
  });

  test('opensky with an account, whose credits it counts', async () => {
    await using folder = await folderOf({});
    await using open = await mock('opensky', { account: 'standard', credits: 9 });
    await firstVectors(sourceOf(open.command, folder.path));
    const states = `${open.url}/states/all`;
    expect((await fetch(states, { headers: { authorization: 'Bearer none' } })).status).toBe(401);
    const form = { grant_type: 'client_credentials', client_id: 'mock', client_secret: 'mock' };
    const token = await fetch(new URL('/token', open.url), {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    const { access_token } = (await token.json()) as { access_token: string };
    const asked = async (box = '') => {
      const answer = await fetch(states + box, { headers: { authorization: `Bearer ${access_token}` } });
      const names = ['x-rate-limit-remaining', 'x-rate-limit-retry-after-seconds'];
      return [answer.status, ...names.map((name) => answer.headers.get(name))];
    };
    expect(await asked('?lamin=50&lomin=0&lamax=52&lomax=5')).toEqual([200, '4', null]);
    expect(await asked()).toEqual([200, '0', null]);
    expect(await asked()).toEqual([429, null, expect.stringMatching(/^\d+$/)]);
    // Without an account others are counted apart.
    expect((await fetch(states)).headers.get('x-rate-limit-remaining')).toBe('5');
  });
});

describe('the mock of a service stands in for', () => {
  test.each([
    ['adsblol', 6_000],
    ['adsbfi', 1_000],
    ['airplaneslive', 1_000],
  ] as const)(
    '%s, which ADSBX_ORIGIN points at it: several circles, at the pace of the service, refused by nobody',
    async (form, paceMs) => {
      const world = { ...fakeWorld('2026-11-23T12:00:00Z'), fetch: askOverHttp };
      await using open = await openMock({ ...PLAIN_MOCK, kind: 'adsbx' }, world, () => undefined);
      const { origin } = new URL(open.url);
      const settings = loadSettings({ SOURCE: `${form}:51.5,-0.1,350`, ADSBX_ORIGIN: `${origin}/` });
      const options = { origin: settings.adsbxOrigin ?? '' };
      const source = openSource(settings.source, { ...world, ...NO_PARTS, adsbx: options });
      const addresses: (readonly (string | null)[])[] = [];
      const kinds = new Set<string>();
      const begun = world.clock();
      for await (const poll of source.polls({ onState: ({ kind }) => kinds.add(kind) })) {
        if (poll.kind === 'vectors') addresses.push(poll.vectors.map(({ icao24 }) => icao24));
        if (addresses.length === 10) break;
      }
      expect([...kinds]).toEqual(['ok']);
      expect(open.summary()).toBe('Requests answered: 40; with a fault: 0.');
      expect(world.clock() - begun).toBe(39 * paceMs);
      for (const round of addresses) {
        expect(round.length).toBeGreaterThan(5);
        expect(new Set(round).size).toBe(round.length);
      }
    },
  );

  test('a named service that answers 429: it is asked again when it said', async () => {
    const world = { ...fakeWorld('2026-11-23T12:00:00Z'), fetch: askOverHttp };
    const faults = ['rate-limited', 'rate-limited-untold', 'busy-503'];
    const options = { ...PLAIN_MOCK, kind: 'adsbx', faults, share: 1 / 4 } as const;
    await using open = await openMock(options, world, () => undefined);
    const { origin } = new URL(open.url);
    const source = openSource('adsbfi:51.5,-0.1,100', { ...world, ...NO_PARTS, adsbx: { origin } });
    const states: SourceState[] = [];
    let polls = 0;
    for await (const _ of source.polls({ onState: (state) => states.push(state) }))
      if ((polls += 1) === 30) break;
    const refusals = states.filter(({ kind }) => kind === 'rate-limited');
    expect(refusals.length).toBeGreaterThan(2);
    for (const { message } of refusals) expect(message).toMatch(/too often \(429\); next try at \d\d:/);
  });

  test('several of them at once, each at its own pace', () => {
    const turns: AllTurns = new Map();
    const paces = [AREA_SERVICES.adsblol, AREA_SERVICES.adsbfi, AREA_SERVICES.adsbfi].map(
      (service) => turnsOf(turns, service, 'http://127.0.0.1:1/v2').intervalMs,
    );
    expect(paces).toEqual([6_000, 1_000, 1_000]);
    expect(turns.size).toBe(2);
  });

  test('a service that wants to know who asks', async () => {
    await using open = await mock('adsbx');
    const answer = await askOverHttp(new URL(open.url), {
      method: 'GET',
      headers: {},
      redirect: 'manual',
      signal: AbortSignal.timeout(5_000),
    });
    expect(answer.status).toBe(403);
  });
});

describe('a mock', () => {
  test('makes the same faults in the same run, and tells of each', async () => {
    const names = faultsOf('readsb')
      .map(({ name }) => name)
      .filter((name) => !['slow', 'silent'].includes(name));
    const run = async (seed: number): Promise<readonly string[]> => {
      const told: string[] = [];
      await using open = await mock('readsb', { faults: names, share: 1 / 2, seed }, (name) =>
        told.push(name),
      );
      for (let request = 0; request < 30; request += 1)
        await fetch(open.url).then(
          (answer) => answer.text(),
          () => '',
        );
      expect(open.summary()).toBe(`Requests answered: 30; with a fault: ${told.length}.`);
      return told;
    };
    const first = await run(1);
    expect(first.length).toBeGreaterThan(5);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });

  test('whose time stands still gives its first answer for ever, as a server and as a file', async () => {
    await using folder = await folderOf({});
    const file = folder.file('aircraft.json');
    await using open = await mock('readsb', { file, paceMs: 20, faults: ['frozen'], share: 1 });
    const text = async () => (await fetch(open.url)).text();
    const [answer, written] = [await text(), await readFile(file, 'utf8')];
    const second = Math.floor(SYSTEM.clock() / 1000);
    while (Math.floor(SYSTEM.clock() / 1000) === second) await text();
    expect(await text()).toBe(answer);
    expect(await readFile(file, 'utf8')).toBe(written);
  });

  test.each(['opensky', 'readsb'] as const)(
    'of %s that serves recordings begins with the first one and leaves none out, however seldom it is asked',
    async (kind) => {
      const answer = (aircraft: string, time: number) =>
        JSON.stringify({ time, states: [ROW.with(0, aircraft)] });
      const names = ['aaaaaa', 'bbbbbb', 'cccccc', 'dddddd'];
      const files = names.map((name, index) => [`${index}.json`, answer(name, 1_600_000_000 + index)]);
      await using folder = await folderOf(Object.fromEntries(files) as Record<string, string>);
      const world = fakeWorld('2026-11-23T12:00:00Z');
      const options = { ...PLAIN_MOCK, kind, from: folder.path };
      await using open = await openMock(options, { ...world, fetch }, () => undefined);
      const seen: string[] = [];
      for (let request = 0; request < 5; request += 1) {
        world.advance(20_000);
        const text = await (await fetch(kind === 'opensky' ? `${open.url}/states/all` : open.url)).text();
        seen.push(names.find((name) => text.includes(name)) ?? text);
      }
      expect(seen).toEqual([...names, 'aaaaaa']);
    },
  );

  test('serves what contrail record has kept, packed in any way', async () => {
    const answer = (aircraft: string, time: number) =>
      JSON.stringify({ time, states: [ROW.with(0, aircraft)] });
    await using folder = await folderOf({
      'a.json.zst': zstdCompressSync(answer('aaaaaa', 1)),
      'b.json.gz': gzipSync(answer('bbbbbb', 2)),
      'c.json': `\uFEFF${answer('cccccc', 3)}`,
    });
    await using open = await mock('readsb', { from: folder.path });
    expect(open.serves).toMatch(/^3 recordings/);
    expect(await (await fetch(open.url)).text()).toContain('aaaaaa');
  });

  test('of OpenSky at a pace of its own has a time that is that of its aircraft', async () => {
    await using open = await mock('opensky', { paceMs: 86_400 });
    const { time, states } = (await (await fetch(`${open.url}/states/all`)).json()) as {
      time: number;
      states: unknown[][];
    };
    expect(time).toBe(Math.floor((Math.round((time + 0.5) / 86.4) * 86_400) / 1000));
    const newest = Math.max(...states.map((row) => Number(row[4])));
    expect(newest).toBe(time);
  });

  test('writes the file of a receiver, whole', async () => {
    await using folder = await folderOf({});
    const file = folder.file('aircraft.json');
    await using open = await mock('readsb', { file, paceMs: 86_400_000 });
    const served = (await (await fetch(open.url)).json()) as { aircraft: unknown[] };
    const written = JSON.parse(await readFile(file, 'utf8')) as { aircraft: unknown[] };
    expect(written.aircraft.length).toBe(served.aircraft.length);
  });

  test('whose file cannot be written says so before it listens', async () => {
    await expect(mock('readsb', { file: '/nowhere/aircraft.json' })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  test.each(MOCK_KINDS)('of %s on a port that is taken says which flag helps', async (kind) => {
    await using first = await mock('readsb');
    const port = Number(new URL(first.url).port);
    const refused = mock(kind, { port });
    await expect(refused).rejects.toThrow(ContrailError);
    await expect(refused).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringMatching(/with --port/),
    });
  });

  test('of arguments that cannot be says so before it listens', async () => {
    await expect(mock('readsb', { aircraft: 0 })).rejects.toMatchObject({ code: 'simulator-arguments' });
    await expect(mock('opensky', { from: '/nowhere' })).rejects.toMatchObject({
      code: 'mock-recordings-unreadable',
    });
  });
});
