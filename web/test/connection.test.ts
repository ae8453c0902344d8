import { describe, expect, test } from 'vitest';
import {
  LiveConnection,
  OPEN_WITHIN_MS,
  POLL_MS,
  SILENCE_MS,
  type Link,
  type SocketEvents,
} from '../src/live/connection.ts';
import { Picture } from '../src/live/picture.ts';
import { AIRLINER, frameBytes, STRANGER } from './fixtures.ts';

/** A page with a clock that only tests move, and sockets that only tests open. */
function page(answers: (path: string) => Response | null = () => null) {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  const sockets: { events: SocketEvents; sent: unknown[]; closed: boolean }[] = [];
  const links: Link[] = [];
  const asked: string[] = [];
  const refusals: string[] = [];
  const picture = new Picture();
  const connection = new LiveConnection({
    picture,
    openSocket: (events) => {
      const socket = { events, sent: [] as unknown[], closed: false };
      sockets.push(socket);
      return {
        send: (text) => void socket.sent.push(JSON.parse(text)),
        close: () => void (socket.closed = true),
      };
    },
    fetch: async (input) => {
      const path = typeof input === 'string' ? input : 'not a path';
      asked.push(path);
      const answer = answers(path);
      if (answer === null) throw new TypeError('fetch failed');
      return answer;
    },
    clock: () => now,
    later: (run, delay) => {
      const timer = { at: now + delay, run };
      timers.push(timer);
      return () => void (timers = timers.filter((one) => one !== timer));
    },
    random: () => 0,
    onLink: (link) => links.push(link),
    onFrame: () => undefined,
    onMessage: () => undefined,
    onRefused: (words) => refusals.push(words),
  });
  connection.start();
  return {
    connection,
    picture,
    links,
    asked,
    refusals,
    sockets,
    get socket() {
      const socket = sockets.at(-1);
      if (socket === undefined) throw new Error('no socket');
      return socket;
    },
    /** Lets time pass, running timers in order, and then what they promised. */
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = timers.toSorted((a, b) => a.at - b.at).find((timer) => timer.at <= end);
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = next.at;
        next.run();
        for (let i = 0; i < 10; i++) await Promise.resolve();
      }
      now = end;
    },
  };
}

const FULL = (): ArrayBuffer => frameBytes({ aircraft: [[0, AIRLINER]], picture: 4, tick: 30 });

describe('LiveConnection', () => {
  test('greets, takes the full frame and acknowledges it', () => {
    const { socket, picture, links } = page();
    socket.events.opened();
    socket.events.message(
      JSON.stringify({ type: 'countries', picture: 4, countries: ['Germany'], feeds: ['opensky'] }),
    );
    socket.events.message(FULL());
    expect(socket.sent).toEqual([
      { type: 'hello', wire: 2 },
      { type: 'ack', tick: 30 },
    ]);
    expect([picture.count, picture.countryOf(0), picture.feedOf(0)]).toEqual([1, 'Germany', 'opensky']);
    expect(links.at(-1)).toEqual({ kind: 'open' });
  });

  test('does not acknowledge heartbeats', () => {
    const { socket } = page();
    socket.events.opened();
    socket.events.message(FULL());
    socket.events.message(frameBytes({ kind: 'heartbeat', picture: 4, tick: 30, baseTick: 30 }));
    expect(socket.sent).toHaveLength(2);
  });

  test.each([
    ['does not fit', frameBytes({ kind: 'delta', picture: 4, tick: 33, baseTick: 32 })],
    ['is broken', FULL().slice(0, 60)],
  ])('asks for everything when a frame %s', (_, bytes) => {
    const { socket, picture } = page();
    socket.events.opened();
    socket.events.message(FULL());
    socket.events.message(bytes);
    expect(socket.sent.at(-1)).toEqual({ type: 'hello', wire: 2 });
    expect(picture.count).toBe(1);
  });

  test('does not ask for frame after frame of a version that it cannot read, and says so', () => {
    const { socket, picture, refusals } = page();
    socket.events.opened();
    const foreign = FULL();
    new Uint8Array(foreign)[2] = 9;
    socket.events.message(foreign);
    expect(socket.sent).toEqual([{ type: 'hello', wire: 2 }]);
    expect([picture.count, refusals]).toEqual([0, [expect.stringContaining('different versions')]]);
  });

  test('passes on in which words the server refuses it', () => {
    const { socket, refusals } = page();
    socket.events.opened();
    socket.events.message(JSON.stringify({ type: 'refused', wire: 3, message: 'Reload it.' }));
    expect(refusals).toEqual(['Reload it.']);
  });

  test('waits longer after each failure and says when it tries again', async () => {
    const live = page();
    live.socket.events.closed();
    expect(live.links.at(-1)).toEqual({ kind: 'retrying', attempt: 1, retryAt_ms: 500, polling: false });
    await live.pass(500);
    expect(live.sockets).toHaveLength(2);
    live.socket.events.closed();
    await live.pass(0);
    expect(live.links.at(-1)).toMatchObject({ kind: 'retrying', attempt: 2, retryAt_ms: 1500 });
    await live.pass(1000);
    live.socket.events.closed();
    expect(live.links.at(-1)).toMatchObject({ attempt: 3, retryAt_ms: 3500 });
  });

  test('resumes from the last tick and keeps the picture meanwhile', async () => {
    const live = page();
    live.socket.events.opened();
    live.socket.events.message(FULL());
    live.socket.events.closed();
    expect(live.picture.count).toBe(1);
    await live.pass(500);
    live.socket.events.opened();
    expect(live.socket.sent).toEqual([{ type: 'hello', wire: 2, picture: 4, lastTick: 30 }]);
    const next = frameBytes({ kind: 'delta', picture: 4, tick: 31, baseTick: 30, aircraft: [[1, STRANGER]] });
    live.socket.events.message(next);
    expect(live.picture.count).toBe(2);
    expect(live.links.at(-1)).toEqual({ kind: 'open' });
  });

  test('takes silence for a lost connection', async () => {
    const live = page();
    live.socket.events.opened();
    live.socket.events.message(FULL());
    await live.pass(SILENCE_MS - 1);
    expect(live.links.at(-1)).toEqual({ kind: 'open' });
    const quiet = live.socket;
    await live.pass(1);
    expect(quiet.closed).toBe(true);
    expect(live.links.at(-1)).toMatchObject({ kind: 'retrying', attempt: 1 });
  });

  test('takes a socket that does not open for a failure, and does not hear it afterwards', async () => {
    const live = page();
    const stuck = live.socket;
    await live.pass(OPEN_WITHIN_MS);
    expect(live.links.at(-1)).toMatchObject({ kind: 'retrying', attempt: 1 });
    stuck.events.message(FULL());
    expect(live.picture.count).toBe(0);
  });

  test('polls within 5 s where sockets are blocked, says so, and stops when one opens', async () => {
    const live = page((path) => {
      if (path.endsWith('.bin')) return new Response(FULL());
      return Response.json(
        path.endsWith('countries') ? { picture: 4, countries: ['Germany'] } : { stages: [] },
      );
    });
    live.socket.events.closed();
    await live.pass(500);
    live.socket.events.closed();
    await live.pass(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(live.picture.count).toBe(1);
    expect(live.links.at(-1)).toMatchObject({ kind: 'retrying', attempt: 2, polling: true });
    await live.pass(1000);
    live.socket.events.opened();
    live.socket.events.message(FULL());
    const askedBefore = live.asked.length;
    await live.pass(3 * POLL_MS);
    expect(live.asked).toHaveLength(askedBefore);
  });

  test('comes back as soon as a poll finds the server again, not at the next try', async () => {
    let isUp = false;
    const live = page((path) => {
      if (!isUp) return null;
      return path.endsWith('status') ? Response.json({ stages: [] }) : new Response('', { status: 503 });
    });
    for (const wait of [500, 1000, 2000, 4000]) {
      live.socket.events.closed();
      await live.pass(wait);
    }
    live.socket.events.closed();
    const tries = live.sockets.length;
    isUp = true;
    for (let waited = 0; waited <= POLL_MS; waited += 500) {
      await live.pass(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // The next try was 8 s away.
    expect(live.sockets).toHaveLength(tries + 1);
    expect(live.picture.count).toBe(0);
  });

  test('does not claim to poll while polling fails too', async () => {
    const live = page();
    live.socket.events.closed();
    await live.pass(500);
    live.socket.events.closed();
    await live.pass(1);
    expect(live.asked.length).toBeGreaterThan(0);
    expect(live.links.at(-1)).toMatchObject({ polling: false });
  });

  test('tells the server when the page is hidden and when it is seen again', () => {
    const { socket, connection } = page();
    socket.events.opened();
    connection.setPaused(true);
    connection.setPaused(true);
    connection.setPaused(false);
    expect(socket.sent.slice(1)).toEqual([{ type: 'pause' }, { type: 'resume' }]);
  });

  test('tries at once when asked, and never again after close', async () => {
    const live = page();
    live.socket.events.closed();
    live.connection.retryNow();
    expect(live.sockets).toHaveLength(2);
    live.connection.close();
    await live.pass(60_000);
    expect(live.sockets).toHaveLength(2);
    expect(live.socket.closed).toBe(true);
  });
});
