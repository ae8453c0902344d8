import { describe, expect, test } from 'vitest';
import type { StateVector } from '../../../src/flight/state-vector.ts';
import { readAddress } from '../../../src/ingest/sbs/address.ts';
import { SbsSource } from '../../../src/ingest/sbs/sbs-source.ts';
import type { PollOptions, SourceState } from '../../../src/ingest/source.ts';
import { ManualWorld, turn } from '../manual-world.ts';
import { line } from './lines.ts';
import { LineServer } from '../../../src/ingest/mock/line-server.ts';

const START = '2026-11-30T12:00:00Z';
const NOON = Date.parse(START) / 1000;
const POSITION = line({ latitude: '51.45735', longitude: '-1.02826' });

/** A source that listens in a world whose seconds pass only when a test says so. */
class Listening implements AsyncDisposable {
  readonly world = new ManualWorld(START);
  readonly states: SourceState[] = [];
  readonly vectors: StateVector[] = [];
  readonly source: SbsSource;
  polls = 0;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(address: string, options: PollOptions = {}) {
    const source = new SbsSource(address, this.world);
    this.source = source;
    this.#ended = (async () => {
      const onState = (state: SourceState): number => this.states.push(state);
      for await (const poll of source.polls({ ...options, signal: this.#stop.signal, onState })) {
        this.polls += 1;
        if (poll.kind === 'vectors') this.vectors.push(...poll.vectors);
      }
    })();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Seconds pass, one by one. */
  async seconds(count: number): Promise<void> {
    for (let second = 0; second < count; second += 1) await this.world.pass(1000);
  }

  /** Time passes until the next try. */
  async nextTry(): Promise<void> {
    const atMs = this.states.findLast((state) => state.kind === 'unavailable')?.retry_at_ms ?? 0;
    await this.world.pass(Math.max(0, atMs - this.world.clock()));
  }
}

/** Waits for what sockets do. */
async function met(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn();
}

const told = (states: readonly SourceState[], about: string): readonly SourceState[] =>
  states.filter((state) => state.about?.includes(about));

describe('an sbs source', () => {
  test('gives a poll a second of the aircraft that were heard, with the times of receipt', async () => {
    await using receiver = await LineServer.start();
    await using listening = new Listening(`127.0.0.1:${receiver.port}`);
    const { source, world } = listening;
    await met(() => receiver.sockets.length === 1);
    receiver.send(`${POSITION}\r\n${line({ type: 1, callsign: 'BAW1' })}\r\n${POSITION.slice(0, 30)}`);
    await met(() => source.counts.messages === 2);
    await world.pass(400);
    receiver.send(`${POSITION.slice(30)}\r\n`);
    await met(() => source.counts.messages === 3);
    expect(listening.polls).toBe(0);
    await world.pass(600);
    expect(listening.vectors).toMatchObject([
      {
        icao24: '4ca2d6',
        callsign: 'BAW1',
        time_position: NOON,
        last_contact: NOON,
        snapshot_time: NOON,
        feed: 'sbs',
      },
    ]);
    expect(listening.states.at(-1)).toMatchObject({ kind: 'ok', next_poll_at_ms: (NOON + 2) * 1000 });
    expect(listening.states.at(-1)?.notices).toBeUndefined();
    await listening.seconds(5);
    expect(listening.polls).toBe(1);
  });

  test('connects again when the receiver drops it, and joins no line across connections', async () => {
    await using receiver = await LineServer.start();
    await using listening = new Listening(`127.0.0.1:${receiver.port}`);
    await met(() => receiver.sockets.length === 1);
    receiver.send(`${POSITION}\n${POSITION.slice(0, 60)}`);
    await met(() => listening.source.counts.messages === 1);
    await turn();
    receiver.drop();
    await met(() => told(listening.states, 'cannot be reached').length === 1);
    expect(listening.states.at(-1)).toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(
        /^The receiver at 127\.0\.0\.1:\d+ cannot be reached: .+; next try at 12:00:01 UTC\.$/,
      ) as unknown,
      retry_at_ms: NOON * 1000 + 1500,
    });
    await listening.nextTry();
    await met(() => receiver.sockets.length === 1);
    receiver.send(
      `${POSITION.slice(60)}\n${line({ type: 3, icao24: 'AAAAAA', latitude: '1', longitude: '1' })}\n`,
    );
    await met(() => listening.source.counts.messages === 2);
    await listening.seconds(2);
    expect(listening.vectors.map(({ icao24 }) => icao24)).toEqual(['4ca2d6', 'aaaaaa']);
    expect(listening.source.counts.malformed).toBe(1);
  });

  test('tries for ever where nobody listens, ever more seldom, and goes on when somebody does', async () => {
    await using receiver = await LineServer.start();
    await receiver.away();
    await using listening = new Listening(`127.0.0.1:${receiver.port}`);
    const refusals = () => told(listening.states, 'the connection was refused');
    for (let tries = 1; tries <= 9; tries += 1) {
      await met(() => refusals().length === tries);
      if (tries < 9) await listening.nextTry();
    }
    const waits = refusals().map(({ retry_at_ms = 0 }, index, all) =>
      Math.round((retry_at_ms - (all[index - 1]?.retry_at_ms ?? NOON * 1000)) / 1000),
    );
    expect(waits[0]).toBeLessThanOrEqual(5);
    expect(waits.at(-1)).toBe(45);
    expect(new Set(refusals().map(({ about }) => about)).size).toBe(1);
    await receiver.listen();
    await listening.nextTry();
    await met(() => receiver.sockets.length === 1);
    receiver.send(`${POSITION}\n`);
    await met(() => listening.source.counts.messages === 1);
    await listening.seconds(2);
    expect(listening.vectors.length).toBe(1);
    expect(listening.states.at(-1)?.kind).toBe('ok');
  });

  test('tells a connection that is silent for a minute, and makes it again after five', async () => {
    await using receiver = await LineServer.start();
    await using listening = new Listening(`127.0.0.1:${receiver.port}`);
    await met(() => receiver.sockets.length === 1);
    receiver.send(`${POSITION}\n`);
    await met(() => listening.source.counts.messages === 1);
    await listening.seconds(59);
    expect(listening.states.every(({ kind }) => kind === 'ok')).toBe(true);
    await listening.seconds(1);
    expect(listening.states.at(-1)).toMatchObject({
      kind: 'waiting',
      message: expect.stringMatching(/is connected but sends nothing for 60 s/) as unknown,
    });
    await listening.seconds(240);
    await met(() => told(listening.states, 'no line came for 5 min').length === 1);
    expect(told(listening.states, 'sends nothing').length).toBe(5);
    await listening.nextTry();
    await met(() => receiver.connections === 2);
  });

  test.each([
    [
      'two hours ahead, as in summer in Berlin',
      '2026/11/30',
      '14:00:00.250',
      /2 h ahead of this machine's: its clock shows local time \(UTC\+2\)/,
    ],
    [
      'three and a half hours behind',
      '2026/11/30',
      '08:30:20.000',
      /behind this machine's: its clock shows local time \(UTC-3:30\)/,
    ],
    [
      'seven minutes behind',
      '2026/11/30',
      '11:53:00.000',
      /7 min behind this machine's: one of the two clocks is wrong/,
    ],
    [
      'of years ago',
      '2008/11/28',
      '14:53:50.594',
      /days behind this machine's: one of the two clocks is wrong, or it plays a recording/,
    ],
  ])(
    'takes the time of receipt where the clock of the receiver is %s, and says so',
    async (_, date, time, words) => {
      await using receiver = await LineServer.start();
      await using listening = new Listening(`127.0.0.1:${receiver.port}`);
      await met(() => receiver.sockets.length === 1);
      receiver.send(`${line({ date, time, latitude: '1', longitude: '2' })}\n`);
      await met(() => listening.source.counts.messages === 1);
      await listening.seconds(2);
      expect(listening.vectors).toMatchObject([{ time_position: NOON, last_contact: NOON }]);
      const notices = listening.states.at(-1)?.notices;
      expect(notices).toMatchObject([{ about: 'clock' }]);
      expect(notices?.[0]?.message).toMatch(words);
    },
  );

  test('says once that it is sent something else, with the beginning of it', async () => {
    await using receiver = await LineServer.start();
    await using listening = new Listening(`127.0.0.1:${receiver.port}`);
    await met(() => receiver.sockets.length === 1);
    receiver.send('*8D4840D6202CC371C32CE0576098;\n*02E197B00179C3;\n');
    await met(() => listening.source.counts.malformed === 2);
    await listening.seconds(1);
    const notice = listening.states.at(-1)?.notices?.[0];
    expect(notice).toMatchObject({ about: 'rows' });
    expect(notice?.message).toMatch(/not BaseStation, "\*8D4840D6202CC371C32CE0576098;".*port 30003/);
  });

  test('takes nothing while it cannot be stored, and loses no second by it', async () => {
    await using receiver = await LineServer.start();
    const room = Promise.withResolvers<void>();
    let asked = 0;
    const whenReady = (): Promise<void> => {
      asked += 1;
      return room.promise;
    };
    await using listening = new Listening(`127.0.0.1:${receiver.port}`, { whenReady });
    await met(() => receiver.sockets.length === 1);
    for (let second = 1; second <= 3; second += 1) {
      receiver.send(`${POSITION}\n`);
      await met(() => listening.source.counts.messages === second);
      await listening.seconds(1);
    }
    expect([asked, listening.polls]).toEqual([1, 0]);
    room.resolve();
    await met(() => listening.polls === 1);
    expect(listening.vectors.map(({ time_position }) => time_position)).toEqual([NOON, NOON + 1, NOON + 2]);
  });

  test('closes its connection when the signal fires', async () => {
    await using receiver = await LineServer.start();
    const listening = new Listening(`127.0.0.1:${receiver.port}`);
    await met(() => receiver.sockets.length === 1);
    await listening.stop();
    await met(() => receiver.sockets.length === 0);
  });

  test.each([
    ['pi', { host: 'pi', port: 30003 }],
    ['192.168.1.20:31003', { host: '192.168.1.20', port: 31003 }],
    ['[fd00::20]:30003', { host: 'fd00::20', port: 30003 }],
    ['[::1]', { host: '::1', port: 30003 }],
  ])('of %s has an address', (address, expected) => {
    expect(readAddress(address)).toEqual(expected);
  });

  test.each(['', ':30003', 'pi:0', 'pi:65536', 'pi:x', 'fd00::20', 'tcp://pi:30003', 'a b'])(
    'is refused without an address: "%s"',
    (address) => {
      const make = () => new SbsSource(address, new ManualWorld(START));
      expect(make).toThrow(expect.objectContaining({ kind: 'invalid', code: 'sbs-address' }) as Error);
    },
  );
});
