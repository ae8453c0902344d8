import { describe, expect, test } from 'vitest';
import { worldX, worldY } from '../../src/map/projection.ts';
import { PALETTES } from '../../src/map/ramp.ts';
import { drawTrack } from '../../src/map/track-layer.ts';
import { assembleTrack, courseOf, cutAt, isJump, lineOf, type TrackPoint } from '../../src/track/track.ts';

const NOW = 1_780_000_000;

/** A point of an airliner that flies east at 230 m/s, `s` seconds after NOW. */
function at(s: number, longitude: number, latitude: number, change: Partial<TrackPoint> = {}): TrackPoint {
  return {
    time: NOW + s,
    longitude,
    latitude,
    altitude_m: 10_000,
    velocity_kmh: 828,
    true_track: 90,
    on_ground: false,
    ...change,
  };
}

/** Where it is after `s` seconds from 8° E on this latitude. */
const flown = (s: number, latitude = 50): TrackPoint =>
  at(s, 8 + (230 * s) / (111_195 * Math.cos((latitude * Math.PI) / 180)), latitude);

const polls = (count: number, every = 5): number[] => Array.from({ length: count }, (_, i) => i * every);

describe('a track', () => {
  test('is one line where every step can be flown', () => {
    const points = polls(50).map((s) => flown(s));
    expect(assembleTrack(points)).toEqual({ lines: [points], strays: [], gaps: [], beside: 1 });
  });

  test('is not broken by one position 870 km away, which is marked and joined to nothing', () => {
    const points = polls(6).map((s) => flown(s));
    const spike = at(15, 14.2, 56.1);
    const sent = points.map((point, i) => (i === 3 ? spike : point));
    const track = assembleTrack(sent);
    expect(track.lines).toEqual([points.filter((_, i) => i !== 3)]);
    expect([track.strays, track.beside]).toEqual([[spike], 1]);
  });

  test('keeps out a wrong position at its start, at its end, several of them, and one that is sent twice', () => {
    const points = polls(20).map((s) => flown(s));
    const wrong = [at(-1, 20, 50), at(22, 8, 58), at(23, 8, 58), at(51, -60, -10), at(96, 0, 0)];
    const sent = [...points, ...wrong].toSorted((a, b) => a.time - b.time);
    const track = assembleTrack(sent);
    expect(track.lines).toEqual([points]);
    expect(track.strays.map(({ longitude, latitude }) => [longitude, latitude])).toEqual([
      [20, 50],
      [8, 58],
      [-60, -10],
      [0, 0],
    ]);
  });

  test('of two aircraft on one address is two lines and no zigzag, however far apart they are', () => {
    for (const latitude of [50.2, 51, 58]) {
      const one = polls(40, 10).map((s) => flown(s));
      const other = polls(40, 10).map((s) => flown(s + 4, latitude));
      const track = assembleTrack([...one, ...other].toSorted((a, b) => a.time - b.time));
      expect(track.lines).toEqual([one, other]);
      expect([track.strays, track.beside]).toEqual([[], 2]);
    }
  });

  test('of two aircraft on one address stays two lines where their ways cross', () => {
    const one = polls(30).map((s) => flown(s));
    const middle = flown(72).longitude;
    const other = polls(30).map((s) => at(s + 2, middle, 50 + (230 * (s - 70)) / 111_195, { true_track: 0 }));
    const track = assembleTrack([...one, ...other].toSorted((a, b) => a.time - b.time));
    expect(track.lines.map((line) => line.length)).toEqual([30, 30]);
  });

  test('ends at a pause of ten minutes and begins again, without a mark', () => {
    const before = polls(3).map((s) => flown(s));
    const after = polls(3).map((s) => flown(s + 700));
    expect(assembleTrack([...before, ...after])).toMatchObject({
      lines: [before, after],
      strays: [],
      beside: 1,
    });
    const alone = [flown(0), flown(700)];
    expect(assembleTrack(alone)).toMatchObject({ lines: [[alone[0]], [alone[1]]], strays: [] });
  });

  test('goes over the antimeridian and over a pole', () => {
    const over = [at(0, 179.99, 50), at(5, -179.995, 50), at(10, -179.98, 50)];
    expect(assembleTrack(over).lines).toEqual([over]);
    const pole = [at(0, 10, 89.995, { true_track: 0 }), at(5, -170, 89.995, { true_track: 180 })];
    expect(assembleTrack(pole).lines).toEqual([pole]);
  });

  test('of something that stands is a line', () => {
    const parked = polls(5, 60).map((s) => at(s, 8, 50, { velocity_kmh: 0, on_ground: true }));
    expect(assembleTrack(parked)).toEqual({ lines: [parked], strays: [], gaps: [], beside: 1 });
  });

  test('without points is empty', () => {
    expect(assembleTrack([])).toEqual({ lines: [], strays: [], gaps: [], beside: 0 });
  });

  test('takes the newest position on to the line it fits, and to none where it jumped', () => {
    const one = polls(10, 10).map((s) => flown(s));
    const other = polls(10, 10).map((s) => flown(s + 4, 55));
    const track = assembleTrack([...one, ...other].toSorted((a, b) => a.time - b.time));
    expect(lineOf(track, flown(100, 55))).toEqual(other);
    expect(lineOf(track, flown(101))).toEqual(one);
    expect(lineOf(track, at(101, 0, 0))).toBeNull();
    expect(lineOf(track, flown(1000))).toBeNull();
  });

  test('has a course over time without what another aircraft flew meanwhile, and over pauses', () => {
    const before = polls(5).map((s) => flown(s - 1000));
    const one = polls(10, 10).map((s) => flown(s));
    const other = polls(20, 5).map((s) => flown(s + 2, 55));
    const sent = [...before, ...one, ...other, at(33, 0, 0)].toSorted((a, b) => a.time - b.time);
    const track = assembleTrack(sent);
    expect(courseOf(track, flown(101))).toEqual([...before, ...one]);
    expect(courseOf(track, null)).toEqual([...before, ...other]);
    expect(courseOf(assembleTrack([]), null)).toEqual([]);
  });

  test('of a whole day of nonsense is assembled in no time', () => {
    const points = Array.from({ length: 3600 }, (_, i) =>
      at(i, ((i * 7919) % 360) - 180, ((i * 104_729) % 180) - 90),
    );
    const before = performance.now();
    const track = assembleTrack(points);
    expect(performance.now() - before).toBeLessThan(5000);
    expect(track.lines.flat().length + track.strays.length).toBeLessThanOrEqual(3600);
  });
});

describe('the gaps of a track', () => {
  test('lead from where it was last heard of to where it is heard of again, and over no jump', () => {
    const before = polls(6).map((s) => flown(s));
    const after = polls(6).map((s) => flown(s + 2400));
    const { lines, gaps } = assembleTrack([...before, ...after]);
    expect([lines, gaps]).toEqual([[before, after], [[before[5], after[0]]]]);
    const elsewhere = polls(6).map((s) => flown(s + 2400, 20));
    expect(assembleTrack([...before, ...elsewhere]).gaps).toEqual([]);
  });

  test('are each of one aircraft, where two send one address', () => {
    const two = (from: number): TrackPoint[] =>
      polls(6).flatMap((s) => [flown(s + from), flown(s + from + 1, 58)]);
    const { gaps } = assembleTrack([...two(0), ...two(2400)]);
    expect(gaps.map(([from, to]) => [from.latitude, to.latitude])).toEqual([
      [50, 50],
      [58, 58],
    ]);
  });
});

test('a track is cut at the moment of a replay: what was flown, and what came after it', () => {
  const track = assembleTrack([...polls(6).map((s) => flown(s)), ...polls(6).map((s) => flown(s + 2400))]);
  const timesOf = ({ lines }: { readonly lines: readonly (readonly TrackPoint[])[] }): number[][] =>
    lines.map((line) => line.map(({ time }) => time - NOW));
  const { flown: past, ahead } = cutAt(track, NOW + 12);
  expect(timesOf(past)).toEqual([[0, 5, 10]]);
  expect(timesOf(ahead)).toEqual([
    [10, 15, 20, 25],
    [2400, 2405, 2410, 2415, 2420, 2425],
  ]);
  expect([past.gaps.length, ahead.gaps.length]).toEqual([0, 1]);
});

describe('the drawing of a track', () => {
  const SIZE = { width: 1000, height: 600 };

  /** The strokes, and whether each was dashed. */
  function drawn(points: readonly TrackPoint[], longitude: number, zoom = 6) {
    const strokes: { path: [number, number][]; dashed: boolean }[] = [];
    let path: [number, number][] = [];
    let dashed = false;
    const context = {
      beginPath: () => void (path = []),
      moveTo: (x: number, y: number) => void path.push([x, y]),
      lineTo: (x: number, y: number) => void path.push([x, y]),
      stroke: () => void strokes.push({ path, dashed }),
      setLineDash: (dashes: number[]) => void (dashed = dashes.length > 0),
    };
    const camera = { x: worldX(longitude), y: worldY(50), zoom };
    const target = context as unknown as CanvasRenderingContext2D;
    drawTrack(target, assembleTrack(points), camera, SIZE, PALETTES.dark);
    return strokes;
  }
  const reach = (path: [number, number][]): number =>
    Math.max(...path.map(([x, y]) => Math.hypot(x - (path[0]?.[0] ?? 0), y - (path[0]?.[1] ?? 0))));

  test('joins nothing to a wrong position, and puts a cross there', () => {
    const spike = at(15, 14.2, 56.1);
    const strokes = drawn(
      polls(6).map((s) => (s === 15 ? spike : flown(s))),
      8,
    );
    // The line and one cross, each with its outline first.
    expect(strokes.map(({ path }) => path.length)).toEqual([5, 5, 4, 4]);
    expect(Math.max(...strokes.map(({ path }) => reach(path)))).toBeLessThan(15);
  });

  test('is a stroke for each altitude, and dashed where nobody heard the aircraft', () => {
    const climb = polls(4).map((s) => ({ ...flown(s), altitude_m: s < 10 ? 500 : 5000 }));
    const strokes = drawn([...climb, ...polls(4).map((s) => flown(s + 900))], 8);
    expect(strokes.filter(({ dashed }) => dashed).map(({ path }) => path.length)).toEqual([2, 2]);
    // Two lines in outline, then one in two colours and one in one.
    expect(strokes.filter(({ dashed }) => !dashed).map(({ path }) => path.length)).toEqual([4, 4, 2, 3, 4]);
  });

  test('goes on over the antimeridian, and does not cross the map from edge to edge', () => {
    const points = polls(60)
      .map((s) => ({ ...flown(s), longitude: 179.9 + s * 0.003 }))
      .map((point) => ({
        ...point,
        longitude: point.longitude > 180 ? point.longitude - 360 : point.longitude,
      }));
    const strokes = drawn(points, 180);
    expect(strokes.map(({ path }) => path.length)).toEqual([60, 60]);
    expect(reach(strokes[0]?.path ?? [])).toBeLessThan(60);
  });

  test('leaves out what is not in sight', () => {
    expect(
      drawn(
        polls(6).map((s) => flown(s)),
        60,
      ),
    ).toEqual([]);
  });
});

describe('a jump', () => {
  const jump = (km: number, seconds: number, from: number | null, to: number | null): boolean =>
    isJump(at(0, 0, 0, { velocity_kmh: from }), at(seconds, km / 111.195, 0, { velocity_kmh: to }));

  test('is farther than 1.3 times the larger speed takes it in the time and two seconds, and 500 m', () => {
    // 1.3 x 900 km/h x 12 s + 500 m = 4.4 km.
    expect([jump(4.39, 10, 900, 100), jump(4.41, 10, 900, 100)]).toEqual([false, true]);
    expect([jump(4.39, 10, null, 900), jump(4.41, 10, null, 900)]).toEqual([false, true]);
  });

  test('counts at least 360 km/h, also where no speed is known', () => {
    // 1.3 x 100 m/s x 12 s + 500 m = 2.06 km.
    expect([jump(2.05, 10, null, null), jump(2.07, 10, 0, 3)]).toEqual([false, true]);
  });
});
