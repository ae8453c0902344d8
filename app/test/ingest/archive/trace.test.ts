import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ContrailError } from '../../../src/errors.ts';
import type { StateVector } from '../../../src/flight/state-vector.ts';
import { ArchiveSource } from '../../../src/ingest/archive/archive-source.ts';
import { folderOf } from '../folder.ts';
import { tar } from './tar.ts';

const START = 1_609_275_898.495;

/** A trace as readsb writes it. */
const trace = (points: readonly unknown[], members: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    icao: '0d8300',
    r: 'YV3382',
    t: 'LJ31',
    desc: 'Learjet',
    timestamp: START,
    ...members,
    trace: points,
  });

const SAID = {
  type: 'adsb_icao',
  flight: 'YV3382  ',
  alt_geom: -75,
  squawk: '1604',
  category: 'A1',
  nic: 8,
  nac_p: 10,
  spi: 0,
};

async function read(path: string) {
  const vectors: StateVector[] = [];
  const others: string[] = [];
  let error: ContrailError | null = null;
  try {
    for await (const poll of new ArchiveSource(path).polls({})) {
      if (poll.kind !== 'vectors') continue;
      vectors.push(...poll.vectors);
      others.push(...(poll.others ?? []));
    }
  } catch (cause) {
    error = cause as ContrailError;
  }
  return { vectors, others, error };
}

async function readPoints(...points: readonly unknown[]) {
  await using folder = await folderOf({ 'trace_full_0d8300.json': gzipSync(trace(points)) });
  return read(folder.file('trace_full_0d8300.json'));
}

describe("an archive source on readsb's traces", () => {
  test('reads the example of the format, in the units of a state vector, at the time of each point', async () => {
    const { vectors, others, error } = await readPoints(
      [0, 30.404617, -86.476566, -300, 0.7, 0, 1, 0, SAID],
      [95.1, 30.404617, -86.476575, -300, 0.7, 0, 0, 0, null],
      [254.4, 30.375614, -86.448889, 525, 37.8, 142.5, 1, 64, { type: 'adsb_icao', alt_geom: 675, nic: 8 }],
    );
    expect([error, others]).toEqual([null, []]);
    expect(vectors[0]).toEqual({
      icao24: '0d8300',
      callsign: 'YV3382  ',
      origin_country: 'Venezuela',
      time_position: 1_609_275_898,
      last_contact: 1_609_275_898,
      longitude: -86.476566,
      latitude: 30.404617,
      baro_altitude: -91.44,
      on_ground: false,
      velocity: 0.3601108,
      true_track: 0,
      vertical_rate: 0,
      sensors: null,
      geo_altitude: -22.86,
      squawk: '1604',
      spi: false,
      position_source: 0,
      category: 2,
      snapshot_time: 1_609_275_898,
      feed: 'archive',
      registration: 'YV3382',
      type_code: 'LJ31',
      nic: 8,
      nac_p: 10,
      rssi: null,
    });
    expect(vectors[1]).toMatchObject({
      snapshot_time: 1_609_275_993,
      callsign: 'YV3382  ',
      geo_altitude: null,
      nic: null,
    });
    expect(vectors[2]).toMatchObject({
      time_position: 1_609_276_152,
      baro_altitude: 160.02,
      geo_altitude: 205.74,
      velocity: 19.4459832,
      vertical_rate: 0.32512,
      squawk: '1604',
      nic: 8,
    });
  });

  test('reads the elements that newer programs add, and their flags', async () => {
    const { vectors } = await readPoints(
      [0, 1, 2, 'ground', 12, 90, 0, null, null, 'adsb_icao', null, null, null, null],
      [10, 1, 2, 1000, 12, 90, 0, 64, null, 'mlat', 1100, 128, 250, 1.5],
      [20, 1, 2, 2000, 12, 90, 8, null, null, 'tisb_icao', null, 128, null, null],
      [30, 1, 2, null, null, null, 4, 64, null, 'adsc', 3000, null, null, null],
    );
    expect(
      vectors.map((vector) => [
        vector.on_ground,
        vector.baro_altitude,
        vector.geo_altitude,
        vector.vertical_rate,
        vector.position_source,
      ]),
    ).toEqual([
      [true, null, null, null, 0],
      [false, 304.8, 335.28, 0.32512, 2],
      [false, null, 609.6, 0.65024, null],
      [null, null, 914.4, 0.32512, null],
    ]);
  });

  test('carries callsign, squawk and category on within a flight, for ten minutes', async () => {
    const point = (seconds: number, flags = 0, said: unknown = null) => [
      seconds,
      1,
      2,
      100,
      1,
      1,
      flags,
      0,
      said,
    ];
    const { vectors } = await readPoints(
      point(0, 0, SAID),
      point(500),
      point(590, 0, { type: 'adsb_icao', squawk: '7000' }),
      point(1_100),
      point(1_110, 2),
      point(1_120, 0, { flight: 'NEXT' }),
      point(1_721),
    );
    expect(vectors.map(({ callsign, squawk }) => [callsign, squawk])).toEqual([
      ['YV3382  ', '1604'],
      ['YV3382  ', '1604'],
      ['YV3382  ', '7000'],
      ['YV3382  ', '7000'],
      [null, null],
      ['NEXT', null],
      [null, null],
    ]);
  });

  test('sends points that are none on as they stand', async () => {
    const bad = [
      ['0', 1, 2, 100],
      {},
      null,
      [3, 'north', 2, 100, 1, 1, 0, 0, null],
      [1e300, 1, 2, 3],
      [5],
      [],
    ];
    const { vectors, others } = await readPoints([1, 1, 2, 100, 1, 1, 0, 0, null], ...bad);
    expect(vectors.length).toBe(1);
    expect(others.map((text) => JSON.parse(text) as unknown)).toEqual(bad.with(1, [{}]));
  });

  test('puts the points of a folder of traces, or a tar of them, into order of time', async () => {
    const [one, two] = [
      trace([
        [0, 1, 2, 100],
        [20, 1, 2, 100],
      ]),
      trace(
        [
          [10, 1, 2, 100],
          [30, 1, 2, 100],
        ],
        { icao: '~2e1f00', r: undefined, t: undefined },
      ),
    ];
    const files = {
      'traces/00/trace_full_0d8300.json': gzipSync(one),
      'traces/00/trace_full_~2e1f00.json': Buffer.from(two),
    };
    const archive = await tar({ ...files, 'heatmap/00.bin.ttf': Buffer.from('x') });
    await using folder = await folderOf({ ...files, 'traces/index.json': '{"a":1}' });
    await using other = await folderOf({ 'v2025.12.25-planes-readsb-prod-0.tar.aa': archive });
    for (const { path } of [folder, other]) {
      const { vectors, error } = await read(path);
      expect(error).toBeNull();
      expect(
        vectors.map(({ icao24, snapshot_time }) => [icao24, (snapshot_time ?? 0) - Math.floor(START)]),
      ).toEqual([
        ['0d8300', 0],
        ['~2e1f00', 10],
        ['0d8300', 20],
        ['~2e1f00', 30],
      ]);
      expect(vectors[1]).toMatchObject({ registration: null, type_code: null });
    }
  });

  test('names a trace that is cut off or lacks what it needs, and reads the others', async () => {
    await using folder = await folderOf({
      'a.json': trace([[0, 1, 2, 100]]),
      'b.json': trace([[0, 1, 2, 100]]).slice(0, -5),
      'c.json': trace([[0, 1, 2, 100]], { timestamp: 'now' }),
      'd.json': trace([[9, 1, 2, 100]]),
    });
    const { vectors, error } = await read(folder.path);
    expect(vectors.length).toBe(2);
    expect(error).toMatchObject({ kind: 'invalid', code: 'archive-unreadable' });
    expect(error?.message).toMatch(
      /b\.json: it is cut off or no JSON\. 0 rows of it were sent, 2 in all\. 1 more/,
    );
  });
});
