import { describe, expect, test } from 'vitest';
import { Picture } from '../../src/live/picture.ts';
import { AGAIN_MS, SETTLED_MS } from '../../src/replay/chunks.ts';
import { Replay, trackMoment } from '../../src/replay/replay.ts';
import { FakeAddress } from '../fake/address.ts';
import { bytesOf, FROM, told } from './chunk.ts';

/** A replay on a clock, a server and display frames that the test moves. */
function room(parameters: Record<string, string> = {}, newest = FROM + 3600, end = newest) {
  const address = new FakeAddress(parameters);
  const picture = new Picture();
  const asked: number[] = [];
  const waiting = new Map<number, PromiseWithResolvers<ArrayBuffer>>();
  const timers: { at: number; run: () => void }[] = [];
  const frames: (() => void)[] = [];
  const live: boolean[] = [];
  let now = 0;
  const replay = new Replay({
    picture,
    address,
    clock: () => now,
    later: (run, delay) => {
      const timer = { at: now + delay, run };
      timers.push(timer);
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1);
      };
    },
    load: (from, _to, signal) => {
      asked.push(from);
      const answer = Promise.withResolvers<ArrayBuffer>();
      waiting.set(from, answer);
      signal.addEventListener('abort', () => waiting.delete(from));
      return answer.promise;
    },
    newest: () => newest,
    end: () => end,
    frame: (run) => void frames.push(run),
    onPicture: () => undefined,
    onLive: (wanted) => void live.push(wanted),
  });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  return {
    replay,
    address,
    picture,
    asked,
    live,
    /** Answers a chunk: one aircraft, heard every 10 s, also beside it. */
    async answer(from: number): Promise<void> {
      const rows = Array.from({ length: 34 }, (_, i) => told('aaaaaa', (i - 2) * 10));
      waiting.get(from)?.resolve(bytesOf(rows, { from }));
      waiting.delete(from);
      await settle();
    },
    async fail(from: number, message: string): Promise<void> {
      waiting.get(from)?.reject(new Error(message));
      await settle();
    },
    async pass(ms: number): Promise<void> {
      const end = now + ms;
      while (now < end) {
        now = Math.min(end, now + 16);
        for (const run of frames.splice(0)) run();
        for (const due of timers.filter(({ at }) => at <= now)) {
          timers.splice(timers.indexOf(due), 1);
          due.run();
        }
      }
      await settle();
    },
  };
}

describe('a replay', () => {
  test('of an address with an instant opens standing there, and loads what comes next', async () => {
    const seen = room({ t: '2026-11-30T14:05:10Z', speed: '300' });
    seen.replay.open();
    expect(seen.live).toEqual([false]);
    expect(seen.replay.value).toMatchObject({ at: FROM + 310, speed: 300, isPlaying: false });
    expect(seen.replay.value?.waiting).toBe('Loading that moment …');
    await seen.answer(FROM + 300);
    expect(seen.asked).toEqual([FROM + 300, FROM + 600]);
    expect(seen.replay.value?.waiting).toBeNull();
    expect(seen.picture.count).toBe(1);
    await seen.pass(60_000);
    expect(seen.replay.instant()).toBe(FROM + 310);
  });

  test('at 60 times the speed moves ten minutes in ten seconds, within 2 %', async () => {
    const seen = room({ t: '2026-11-30T14:00:00Z', speed: '60' });
    seen.replay.open();
    for (let i = 0; i < 4; i++) await seen.answer(FROM + i * 300);
    await seen.pass(200);
    seen.replay.play();
    for (let s = 0; s < 10; s++) {
      await seen.pass(1000);
      for (let i = 0; i < 6; i++) await seen.answer(FROM + i * 300);
    }
    expect(Math.abs((seen.replay.instant() ?? 0) - FROM - 600)).toBeLessThanOrEqual(12);
  });

  test('waits for a chunk that is late, says so, and goes on when it comes', async () => {
    const seen = room({ t: '2026-11-30T14:04:00Z', speed: '60' });
    seen.replay.open();
    await seen.answer(FROM);
    seen.replay.play();
    await seen.pass(3000);
    expect(seen.replay.value).toMatchObject({ isPlaying: true, waiting: 'Loading that moment …' });
    const held = seen.replay.instant() ?? 0;
    expect(held).toBeGreaterThanOrEqual(FROM + 300);
    expect(held).toBeLessThan(FROM + 302);
    await seen.answer(FROM + 300);
    await seen.pass(1000);
    expect(seen.replay.value?.waiting).toBeNull();
    expect((seen.replay.instant() ?? 0) - held).toBeGreaterThan(55);
    expect((seen.replay.instant() ?? 0) - held).toBeLessThan(61);
  });

  test('says why a chunk cannot be had, and asks again', async () => {
    const seen = room({ t: '2026-11-30T14:00:00Z' });
    seen.replay.open();
    await seen.fail(FROM, 'silver/flights cannot be read.');
    expect(seen.replay.value?.waiting).toBe('silver/flights cannot be read.');
    await seen.pass(AGAIN_MS + 20);
    await seen.answer(FROM);
    expect(seen.replay.value?.waiting).toBeNull();
    expect(seen.picture.count).toBe(1);
  });

  test('asks for nothing that a person only drags over', async () => {
    const seen = room({ t: '2026-11-30T14:00:00Z' });
    seen.replay.open();
    await seen.answer(FROM);
    await seen.pass(1000);
    for (let at = FROM; at < FROM + 3000; at += 100) {
      await seen.pass(16);
      seen.replay.seek(at);
    }
    await seen.pass(SETTLED_MS + 20);
    expect(seen.asked.length).toBeLessThanOrEqual(5);
    expect(seen.asked).toContain(FROM + 2700);
  });

  test('writes its instant into the address: at once when it stands, now and then while it runs', async () => {
    const seen = room({ t: '2026-11-30T14:00:00Z', speed: '60' });
    seen.replay.open();
    await seen.answer(FROM);
    seen.replay.play();
    await seen.pass(2500);
    expect(seen.address.get('t')).toMatch(/^2026-11-30T14:0(1:5\d|2:0\d)Z$/);
    seen.replay.pause();
    expect(seen.address.get('t')).toBe('2026-11-30T14:02:30Z');
    seen.replay.step(-1);
    expect(seen.address.get('t')).toBe('2026-11-30T14:01:30Z');
    seen.replay.setSpeed(10);
    expect(seen.address.get('speed')).toBe('10');
  });

  test('follows Back and Forward, out of the replay too', () => {
    const seen = room();
    seen.replay.open();
    expect(seen.replay.value).toBeNull();
    seen.address.set({ t: '2026-11-30T14:00:30Z' }, 'range');
    expect(seen.replay.instant()).toBe(FROM + 30);
    seen.address.set({ t: null, speed: null }, 'range');
    expect(seen.replay.value?.isReturning).toBe(true);
    seen.replay.cameLive();
    expect(seen.replay.value).toBeNull();
    expect(seen.live).toEqual([false, true]);
  });

  test('pauses the live picture at its moment, and keeps what it shows until the live one is back', async () => {
    const seen = room({}, FROM + 30);
    seen.replay.toggle();
    expect(seen.replay.value).toMatchObject({ at: FROM + 30, isPlaying: false });
    await seen.answer(FROM);
    seen.replay.live();
    expect(seen.replay.value?.isReturning).toBe(true);
    expect([seen.picture.count, seen.address.get('t')]).toEqual([1, null]);
    seen.replay.cameLive();
    expect(seen.picture.legs).toBeNull();
  });

  test('stops at the newest moment, and starts from there ten minutes back, or where a recording begins', async () => {
    const seen = room({ t: '2026-11-30T14:04:50Z', speed: '10' }, FROM + 300);
    seen.replay.open();
    await seen.answer(FROM);
    await seen.answer(FROM + 300);
    seen.replay.play();
    await seen.pass(3000);
    expect(seen.replay.value).toMatchObject({ at: FROM + 300, isPlaying: false });
    seen.replay.play();
    expect(seen.replay.instant()).toBe(FROM - 300);
    seen.replay.seek(FROM + 300);
    seen.replay.pause();
    seen.replay.play(undefined, FROM - 9000);
    expect(seen.replay.instant()).toBe(FROM - 9000);
  });

  test('of one of several recordings stops at its end, and goes on to the others by hand alone', async () => {
    const seen = room({ t: '2026-11-30T14:04:50Z', speed: '10' }, FROM + 300, FROM + 90_000);
    seen.replay.open();
    await seen.answer(FROM);
    await seen.answer(FROM + 300);
    seen.replay.play();
    await seen.pass(3000);
    expect(seen.replay.value).toMatchObject({ at: FROM + 300, isPlaying: false });
    seen.replay.seek(FROM + 86_400);
    expect(seen.replay.instant()).toBe(FROM + 86_400);
    seen.replay.seek(FROM + 100_000);
    expect(seen.replay.instant()).toBe(FROM + 90_000);
  });

  test('asks for the track of its moment, of one that runs not each second', () => {
    const state = {
      at: FROM + 330.5,
      speed: 60 as const,
      isPlaying: true,
      waiting: null,
      isReturning: false,
    };
    expect([trackMoment(null), trackMoment(state)]).toEqual([null, FROM + 300]);
    expect(trackMoment({ ...state, isPlaying: false })).toBe(FROM + 330);
  });
});
