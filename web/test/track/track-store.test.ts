import type { TrackAnswer } from 'contrail/dashboard/protocol';
import { describe, expect, test } from 'vitest';
import { Refused } from '../../src/api/request.ts';
import { REST_MS, TrackStore } from '../../src/track/track-store.ts';

const COLUMNS = ['time_position', 'longitude', 'latitude'];

/** A store, what it has asked for, and the means to answer and to let time pass. */
function open() {
  const asked: { path: string; signal: AbortSignal; answer: PromiseWithResolvers<TrackAnswer> }[] = [];
  const resting: { run: () => void; delay_ms: number }[] = [];
  const store = new TrackStore({
    ask: (path, signal) => {
      const answer = Promise.withResolvers<TrackAnswer>();
      asked.push({ path, signal, answer });
      return answer.promise;
    },
    later: (run, delay_ms) => {
      const entry = { run, delay_ms };
      resting.push(entry);
      return () => void resting.splice(resting.indexOf(entry), 1);
    },
  });
  const settled = (): Promise<void> => new Promise((done) => void setImmediate(done));
  return {
    store,
    asked,
    resting,
    answer: async (index: number, points: number): Promise<void> => {
      const rows = Array.from({ length: points }, (_, i) => [i * 5, 8 + i * 0.01, 50]);
      const table = { table: 'silver/flights_ml', version: index, as_of_ms: 0, icao24: '3c6444' };
      asked[index]?.answer.resolve({
        ...table,
        columns: COLUMNS,
        rows,
        flight: { from: 0, to: 5 * (points - 1), begins_before: false, rows: points, within_m: 0 },
        airports: {},
      });
      await settled();
    },
    fail: async (index: number, error: Error): Promise<void> => {
      asked[index]?.answer.reject(error);
      await settled();
    },
    rested: (): void => {
      for (const { run } of resting.splice(0)) run();
    },
  };
}

describe('the track of the chosen aircraft', () => {
  test('is asked for when an aircraft is chosen and something shows it, and not before', async () => {
    const { store, asked, answer } = open();
    store.choose('3C6444');
    store.committed();
    expect(asked).toEqual([]);
    const end = store.watch();
    expect(asked.map(({ path }) => path)).toEqual(['api/aircraft/3c6444/track']);
    await answer(0, 3);
    expect(store.value).toMatchObject({ answer: { version: 0 }, error: null });
    expect(store.value.track?.lines[0]).toHaveLength(3);
    end();
    store.committed();
    expect(asked).toHaveLength(1);
  });

  test('is asked for again after a commit, but not more often than every few seconds', async () => {
    const { store, asked, resting, answer, rested } = open();
    store.choose('3c6444');
    store.watch();
    await answer(0, 3);
    for (let i = 0; i < 4; i++) store.committed();
    expect([asked.length, resting.map(({ delay_ms }) => delay_ms)]).toEqual([1, [REST_MS]]);
    rested();
    expect(asked).toHaveLength(2);
    // The old answer stays until the new one has come.
    expect(store.value.answer?.version).toBe(0);
    await answer(1, 4);
    expect(store.value.answer?.version).toBe(1);
    rested();
    expect(asked).toHaveLength(2);
  });

  test('of another aircraft replaces it at once, and a late answer of the one before is dropped', async () => {
    const { store, asked, answer } = open();
    store.watch();
    store.choose('3c6444');
    store.choose('aaaaaa');
    expect(asked[0]?.signal.aborted).toBe(true);
    await answer(0, 5);
    expect(store.value).toMatchObject({ icao24: 'aaaaaa', answer: null });
    await answer(1, 2);
    expect(store.value.track?.lines[0]).toHaveLength(2);
    store.choose(null);
    expect(store.value).toMatchObject({ icao24: null, answer: null, track: null });
  });

  test('goes on with what is heard until the table has it, and no position is in it twice', async () => {
    const { store, answer, rested } = open();
    const heard = (time: number): void =>
      store.heard({
        time,
        longitude: 8 + time * 0.002,
        latitude: 50,
        altitude_m: null,
        velocity_kmh: null,
        true_track: null,
        on_ground: false,
      });
    const times = (): number[] | undefined => store.value.track?.lines[0]?.map(({ time }) => time);
    store.watch();
    store.choose('3c6444');
    heard(3);
    expect(store.value.track).toBeNull();
    await answer(0, 3);
    for (const time of [10, 15, 15, 20]) heard(time);
    expect(times()).toEqual([0, 5, 10, 15, 20]);
    rested();
    store.committed();
    await answer(1, 4);
    expect(times()).toEqual([0, 5, 10, 15, 20]);
    store.choose('3c6444', 1000);
    await answer(2, 2);
    heard(99);
    expect(times()).toEqual([0, 5]);
  });

  test('of a past moment is that of its flight, which no commit changes', async () => {
    const { store, asked, answer, rested } = open();
    store.watch();
    store.choose('3c6444', 1_700_000_000);
    expect(asked[0]?.path).toBe('api/aircraft/3c6444/track?at=1700000000');
    await answer(0, 3);
    rested();
    store.committed();
    expect(asked).toHaveLength(1);
    store.choose('3c6444');
    expect(asked[1]?.path).toBe('api/aircraft/3c6444/track');
  });

  test('stays while a replay runs over it, and is asked for where the replay leaves it', async () => {
    const { store, asked, answer } = open();
    store.watch();
    store.choose('3c6444', 10);
    await answer(0, 20);
    for (const at of [20, 50, 95]) store.choose('3c6444', at);
    expect([asked.length, store.value.at, store.value.answer?.version]).toEqual([1, 95, 0]);
    store.choose('3c6444', 400);
    expect([asked[1]?.path, store.value.answer]).toEqual(['api/aircraft/3c6444/track?at=400', null]);
  });

  test('that fails keeps what there was and says why; one that is refused takes it back', async () => {
    const { store, answer, fail, rested } = open();
    store.watch();
    store.choose('3c6444');
    await answer(0, 3);
    rested();
    store.committed();
    await fail(1, new Error('The lake is away.'));
    expect(store.value).toMatchObject({ answer: { version: 0 }, error: 'The lake is away.' });
    store.reload();
    await fail(2, new Refused('The table cannot be read.'));
    expect(store.value).toMatchObject({ answer: null, track: null, error: 'The table cannot be read.' });
  });

  test('of what is no address is never asked for', () => {
    const { store, asked } = open();
    store.watch();
    store.choose('zzzzzz');
    for (let i = 0; i < 3; i++) store.committed();
    expect([asked, store.value.error]).toEqual([[], 'zzzzzz is not the address of an aircraft.']);
  });

  test('comes again when the map is opened again', async () => {
    const { store, asked, answer, resting } = open();
    store.choose('3c6444');
    store.watch()();
    expect([asked[0]?.signal.aborted, resting]).toEqual([true, []]);
    store.watch();
    await answer(1, 3);
    expect(store.value.answer?.version).toBe(1);
  });
});
