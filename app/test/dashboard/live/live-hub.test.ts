import { describe, expect, it } from 'vitest';
import { LiveHub, MAX_BUFFERED_BYTES, parseClientMessage } from '../../../src/dashboard/live/live-hub.ts';
import type { LiveConnection } from '../../../src/dashboard/live/live-hub.ts';
import type { LiveState, ServerMessage } from '../../../src/dashboard/protocol.ts';
import { decodeFrame } from '../../../src/wire/decode.ts';
import { NOW, Watcher, sighting } from './sightings.ts';

const STATE: LiveState = {
  now_ms: NOW * 1000,
  simulated: false,
  feed: 'opensky',
  aircraft: 0,
  event_time: null,
  position_age_s: null,
  positions: 'waiting',
  pace_s: 0,
  sources: [],
  delayed_after_s: 20,
  stale_after_s: 60,
  stages: [],
  services: [],
  identities: null,
};

/** A browser: what it was sent, and a watcher that applies frames. */
class Page {
  readonly texts: ServerMessage[] = [];
  readonly frames: Uint8Array[] = [];
  readonly watcher = new Watcher();
  closedWith: number | null = null;
  buffered = 0;
  readonly #connection: LiveConnection;

  constructor(hub: LiveHub) {
    this.#connection = hub.connect({
      send: (message) => {
        if (typeof message === 'string') this.texts.push(JSON.parse(message) as ServerMessage);
        else this.frames.push(message);
      },
      bufferedBytes: () => this.buffered,
      close: (code) => {
        this.closedWith = code;
      },
    });
  }

  say(message: object): this {
    this.#connection.receive(JSON.stringify(message));
    return this;
  }

  /** Applies and acknowledges the oldest frame. */
  take(): string {
    const bytes = this.frames.shift();
    if (bytes === undefined) throw new Error('no frame came');
    const { kind, tick } = this.watcher.apply(bytes);
    if (kind !== 'heartbeat') this.say({ type: 'ack', tick });
    return kind;
  }
}

function start(): { hub: LiveHub; clock: { now: number }; fly: (i: number) => void } {
  const clock = { now: NOW * 1000 };
  const hub = new LiveHub({
    clock: () => clock.now,
    state: () => STATE,
    progress: () => ({ type: 'progress', progress: null }),
  });
  // The table has been read; it is empty.
  hub.apply([]);
  return {
    hub,
    clock,
    fly: (i) => {
      clock.now = (NOW + i) * 1000;
      hub.apply([
        sighting({ time_position: NOW + i, last_contact: NOW + i, squawk: i % 2 ? '1000' : '2000' }),
      ]);
    },
  };
}

describe('the live hub', () => {
  it('answers hello with state, countries and progress, then a full frame, then deltas', () => {
    const { hub, fly } = start();
    fly(1);
    const page = new Page(hub).say({ type: 'hello' });
    expect(page.texts.map(({ type }) => type)).toEqual(['state', 'countries', 'progress']);
    expect(page.take()).toBe('full');
    fly(2);
    expect(page.take()).toBe('delta');
    expect(page.frames).toEqual([]);
    expect(page.watcher.aircraft.get(0)?.squawk).toBe('2000');
  });

  it('refuses a page of another version in words, sends it no frame, and says so with each heartbeat', () => {
    const { hub, fly } = start();
    fly(1);
    const page = new Page(hub).say({ type: 'hello', wire: 1 });
    fly(2);
    hub.heartbeat();
    expect(page.frames).toEqual([]);
    const refused = page.texts.filter(({ type }) => type === 'refused');
    expect(refused).toEqual(
      Array(2).fill({ type: 'refused', wire: 2, message: expect.stringContaining('reload') }),
    );
    expect(new Page(hub).say({ type: 'hello', wire: 3 }).texts[0]).toMatchObject({
      message: expect.stringContaining('newer than its server'),
    });
    expect(page.say({ type: 'hello', wire: 2 }).take()).toBe('full');
  });

  it('tells a page of the first version, which drops its frame and asks again, where that page shows it', () => {
    const { hub, fly } = start();
    fly(1);
    const page = new Page(hub).say({ type: 'hello' });
    // As it answers a frame that it cannot read.
    page.say({ type: 'hello' });
    fly(2);
    expect(page.frames).toHaveLength(1);
    expect(page.texts.at(-1)).toMatchObject({
      type: 'progress',
      progress: { message: expect.stringContaining('older than its server') },
    });
  });

  it('sends a client the names of feeds before the frame that uses them', () => {
    const { hub, fly, clock } = start();
    fly(1);
    const page = new Page(hub).say({ type: 'hello', wire: 2 });
    page.take();
    clock.now += 1000;
    hub.apply([sighting({ icao24: 'bbbbbb', feed: 'readsb', time_position: NOW + 2 })]);
    expect(page.texts.at(-1)).toMatchObject({ type: 'countries', feeds: ['opensky', 'readsb'] });
  });

  it('leaves pages of a restarted server the picture that they have, until it has read its own', () => {
    const { hub, fly } = start();
    hub.reset();
    const page = new Page(hub).say({ type: 'hello', wire: 2, picture: 1, lastTick: 7 });
    hub.heartbeat();
    expect(page.frames).toEqual([]);
    fly(1);
    expect([page.take(), page.watcher.aircraft.size]).toEqual(['full', 1]);
  });

  it('sends nothing to a client that has not said hello', () => {
    const { hub, fly } = start();
    const page = new Page(hub);
    fly(1);
    hub.broadcast({ type: 'state', ...STATE });
    hub.heartbeat();
    expect([page.texts, page.frames]).toEqual([[], []]);
  });

  it('keeps one frame outstanding for a client that never acknowledges, over 300 ticks', () => {
    const { hub, fly } = start();
    const page = new Page(hub).say({ type: 'hello' });
    for (let i = 1; i <= 300; i++) fly(i);
    expect(page.frames.length).toBe(1);
  });

  it('merges what happened since into one delta when the acknowledgement comes', () => {
    const { hub, fly } = start();
    const page = new Page(hub).say({ type: 'hello' });
    fly(1);
    for (let i = 2; i <= 30; i++) fly(i);
    expect(page.take()).toBe('full');
    expect(page.take()).toBe('full');
    expect(page.frames).toEqual([]);
    fly(31);
    fly(32);
    fly(33);
    expect([page.take(), page.take(), page.frames.length]).toEqual(['delta', 'delta', 0]);
    expect(page.watcher.tick).toBe(33);
  });

  it('does not call positions new for an hour after the clock was set back', () => {
    const { hub, fly, clock } = start();
    fly(3600);
    const page = new Page(hub).say({ type: 'hello' });
    page.take();
    clock.now = NOW * 1000;
    hub.heartbeat();
    clock.now += 100_000;
    hub.heartbeat();
    const times = page.frames
      .map((bytes) => decodeFrame(bytes))
      .map((one) => (one.ok ? one.frame.eventTime : null));
    expect(times).toEqual([NOW, NOW]);
    fly(101);
    page.frames.length = 0;
    hub.apply([sighting({ time_position: NOW + 101, last_contact: NOW + 101, latitude: 51 })]);
    expect(hub.picture.timePosition[0]).toBe(NOW + 101);
  });

  it('ignores an acknowledgement of another tick', () => {
    const { hub, fly } = start();
    fly(1);
    const page = new Page(hub).say({ type: 'hello' });
    page.say({ type: 'ack', tick: 99 });
    fly(2);
    expect(page.frames.length).toBe(1);
  });

  it('resumes with a delta within 60 ticks, with a full frame beyond, of another picture or without one', () => {
    const { hub, fly } = start();
    fly(1);
    fly(2);
    const { picture } = hub.ticks;
    const kindFor = (hello: object): string => {
      const result = decodeFrame(
        new Page(hub).say({ type: 'hello', ...hello }).frames[0] ?? new Uint8Array(),
      );
      return result.ok ? result.frame.kind : result.fault;
    };
    expect(kindFor({ picture, lastTick: 1 })).toBe('delta');
    expect(kindFor({ picture: picture + 1, lastTick: 1 })).toBe('full');
    expect(kindFor({ lastTick: 1 })).toBe('full');
    expect(new Page(hub).say({ type: 'hello', picture, lastTick: 2 }).frames).toEqual([]);
    for (let i = 3; i <= 70; i++) fly(i);
    expect(kindFor({ picture, lastTick: 1 })).toBe('full');
    expect(kindFor({ picture, lastTick: 11 })).toBe('delta');
    expect(kindFor({ picture, lastTick: 999 })).toBe('full');
  });

  it('counts as viewers those that said hello and are not hidden', () => {
    const { hub } = start();
    const page = new Page(hub);
    const counts = [hub.viewers];
    for (const type of ['hello', 'pause', 'resume']) {
      page.say({ type });
      counts.push(hub.viewers);
    }
    expect(counts).toEqual([0, 1, 0, 1]);
    expect(hub.clients).toBe(1);
  });

  it('holds frames and heartbeats back while paused, not text, and catches up on resume', () => {
    const { hub, fly } = start();
    fly(1);
    const page = new Page(hub).say({ type: 'hello' });
    page.take();
    page.say({ type: 'pause' });
    hub.heartbeat();
    fly(2);
    fly(3);
    expect(page.frames).toEqual([]);
    expect(page.texts.at(-1)?.type).toBe('state');
    page.say({ type: 'resume' });
    expect(page.take()).toBe('delta');
    expect(page.watcher.tick).toBe(3);
  });

  it('sends the server time of the moment also with a frame that was made before', () => {
    const { hub, clock, fly } = start();
    fly(1);
    const first = new Page(hub).say({ type: 'hello' });
    clock.now += 4000;
    const second = new Page(hub).say({ type: 'hello' });
    expect(first.watcher.apply(first.frames[0] ?? new Uint8Array()).serverTime).toBe(NOW + 1);
    expect(second.watcher.apply(second.frames[0] ?? new Uint8Array()).serverTime).toBe(NOW + 5);
  });

  it('sends a new country before the first frame that uses it', () => {
    const { hub, fly } = start();
    fly(1);
    const page = new Page(hub).say({ type: 'hello' });
    page.take();
    hub.apply([sighting({ icao24: 'aaaaaa', origin_country: 'Chad', time_position: NOW + 2 })]);
    expect(page.texts.at(-1)).toEqual({
      type: 'countries',
      picture: hub.ticks.picture,
      countries: ['Germany', 'Chad'],
      feeds: ['opensky'],
    });
  });

  it('starts a new picture on reset, under another number, with a full frame', () => {
    const { hub, fly } = start();
    fly(1);
    const page = new Page(hub).say({ type: 'hello' });
    page.take();
    const before = hub.ticks.picture;
    hub.reset();
    fly(2);
    expect(page.take()).toBe('full');
    expect(page.watcher.picture).not.toBe(before);
  });

  it('lets go of a client that reads nothing, and of one that speaks another language', () => {
    const { hub, fly } = start();
    const slow = new Page(hub).say({ type: 'hello' });
    slow.buffered = MAX_BUFFERED_BYTES + 1;
    fly(1);
    slow.say({ type: 'ack', tick: 0 });
    expect(slow.closedWith).toBe(1013);
    const stranger = new Page(hub).say({ type: 'subscribe' });
    expect(stranger.closedWith).toBe(1008);
  });

  it('gives the snapshot the tag of its tick', () => {
    const { hub, fly } = start();
    fly(1);
    const { bytes, tag } = hub.snapshot();
    expect(tag).toBe(`"${hub.ticks.picture}-1"`);
    expect(decodeFrame(bytes)).toMatchObject({ ok: true, frame: { kind: 'full', tick: 1 } });
  });
});

describe('a message of a client', () => {
  it('is read when it is one of the protocol and null otherwise', () => {
    expect(parseClientMessage('{"type":"hello","picture":1,"lastTick":2,"more":3}')).toEqual({
      type: 'hello',
      picture: 1,
      lastTick: 2,
    });
    expect(parseClientMessage('{"type":"hello","lastTick":-1}')).toEqual({ type: 'hello' });
    for (const text of ['', '{', 'null', '[]', '{}', '{"type":"ack"}', '{"type":"ack","tick":1.5}']) {
      expect(parseClientMessage(text)).toBeNull();
    }
  });
});
