import { describe, expect, it } from 'vitest';
import type { FlightRow } from '../../src/flights/records.ts';
import { endOf, fly, LANDING, START, TAKE_OFF, told, type Waypoint, words } from './track.ts';

const EHAM_24 = endOf('EHAM', '24');
const LSZH_14 = endOf('LSZH', '14');
const LFMN_04L = endOf('LFMN', '04L');
const FLIGHT = [...TAKE_OFF, ...LANDING];
const both = ['take_off LSZH 14', 'landing LSZH 14'];

/** Down to a height above the threshold, and up again. */
const goAround = (lowest: number): readonly Waypoint[] => [
  { t: 1000, along: -60_000, height: 4_000 },
  { t: 1300, along: -18_000, height: 943 },
  { t: 1550, along: 0, height: lowest },
  { t: 1650, along: 8_000, height: lowest + 700 },
  { t: 1800, along: 20_000, height: lowest + 1_500 },
];

describe('take-off and landing', () => {
  it.each([1, 10, 30, 60])('are found with their runways at a pace of %i s', (pace) => {
    expect(words(fly(LSZH_14, FLIGHT, pace))).toEqual(both);
  });

  it('have their airports at a pace of 86 s', () => {
    const [flight] = told(fly(LSZH_14, FLIGHT, 86)).flights;
    expect(flight).toMatchObject({ departure_airport: 'LSZH', arrival_airport: 'LSZH', status: 'landed' });
  });

  it('are those of a flight, with times between ground and air', () => {
    const { flights } = told(fly(LSZH_14, FLIGHT, 10));
    expect(flights).toHaveLength(1);
    const [flight] = flights;
    expect(flight).toMatchObject({
      flight_id: `3c0001-${START}`,
      callsign: 'TEST1',
      departure_method: 'ground',
      arrival_method: 'ground',
      record_count: fly(LSZH_14, FLIGHT, 10).length,
    });
    expect(Math.abs((flight?.takeoff_time ?? 0) - START - 100)).toBeLessThanOrEqual(10);
    expect(Math.abs((flight?.landing_time ?? 0) - START - 1555)).toBeLessThanOrEqual(10);
  });

  it('a track that begins in the climb has its runway by alignment', () => {
    const rows = fly(LSZH_14, TAKE_OFF, 10).filter(({ time_position }) => time_position >= START + 130);
    expect(told(rows).flights[0]).toMatchObject({ departure_runway: '14', departure_method: 'runway' });
  });

  it('a track that ends on short final has landed, inferred, while the flight is still airborne', () => {
    const rows = fly(LSZH_14, FLIGHT, 10).filter(({ time_position }) => time_position < START + 1510);
    expect(told(rows).flights[0]).toMatchObject({
      arrival_airport: 'LSZH',
      arrival_runway: '14',
      arrival_method: 'endpoint',
      status: 'airborne',
    });
  });

  it('an inferred landing is taken back when the aircraft climbs away', () => {
    const rows = fly(LSZH_14, [...TAKE_OFF, ...goAround(40)], 10);
    expect(words(rows, 1)).toEqual(['take_off LSZH 14', 'go_around LSZH 14']);
  });

  it('a touch-and-go is a landing and a take-off of one flight', () => {
    const touch: readonly Waypoint[] = [
      ...LANDING.slice(0, 5),
      { t: 1580, along: 1200, height: null },
      { t: 1581, along: 1230, height: 2 },
      { t: 1700, along: 9_000, height: 900 },
      { t: 1900, along: 30_000, height: 2_000 },
    ];
    const rows = fly(LSZH_14, [...TAKE_OFF, ...touch], 5);
    expect(words(rows)).toEqual(['take_off LSZH 14', 'landing LSZH 14', 'take_off LSZH 14']);
    expect(told(rows).flights).toHaveLength(1);
  });

  it('parallel runways that fit alike leave the runway unknown', () => {
    // Between 04L and 04R, which lie 310 m apart.
    const between = LANDING.map((one) => ({ ...one, cross: (one.cross ?? 0) + 150 }));
    const rows = fly(LFMN_04L, [...TAKE_OFF, ...between], 10);
    expect(words(rows)[1]).toBe('landing LFMN ?');
  });
});

describe('go-around and low pass', () => {
  it.each([1, 10, 30])('a climb from a low approach is a go-around at a pace of %i s', (pace) => {
    expect(words(fly(LSZH_14, [...TAKE_OFF, ...goAround(60)], pace))).toContain('go_around LSZH 14');
  });

  it('flying over the runway higher than that is a low pass', () => {
    const pass: readonly Waypoint[] = [
      { t: 1000, along: -60_000, height: 2_000 },
      { t: 1250, along: -18_000, height: 600 },
      { t: 1500, along: 0, height: 600 },
      { t: 1700, along: 14_000, height: 600 },
    ];
    expect(words(fly(LSZH_14, [...TAKE_OFF, ...pass], 10))).toContain('low_pass LSZH 14');
  });

  it('an approach that is left high is neither', () => {
    const left: readonly Waypoint[] = [
      { t: 1000, along: -60_000, height: 4_000 },
      { t: 1300, along: -18_000, height: 943 },
      { t: 1400, along: -10_000, height: 600 },
      { t: 1600, along: -10_000, cross: 15_000, height: 900 },
    ];
    expect(words(fly(LSZH_14, [...TAKE_OFF, ...left], 10))).toEqual(['take_off LSZH 14']);
  });

  it('level flight in line with a runway, low, that turns away before it is no go-around', () => {
    const level: readonly Waypoint[] = [
      { t: 1000, along: -30_000, height: 300 },
      { t: 1400, along: -1_500, height: 300 },
      { t: 1500, along: -500, cross: 6_000, height: 300 },
      { t: 1600, along: -500, cross: 12_000, height: 700 },
    ];
    expect(words(fly(LSZH_14, [...TAKE_OFF, ...level], 10))).toEqual(['take_off LSZH 14']);
  });
});

describe('at a slow pace', () => {
  it('a climb along the runway after rows on the ground is a take-off, no go-around', () => {
    expect(words(fly(LSZH_14, TAKE_OFF, 60))).toEqual(['take_off LSZH 14']);
  });

  it('a go-around of which no row shows the lowest point is told by the rate of descent before it', () => {
    const rows = fly(LSZH_14, [...TAKE_OFF, ...goAround(60)], 86);
    expect(words(rows).some((word) => word.startsWith('go_around LSZH'))).toBe(true);
  });

  it('a low pass some minutes before a landing does not set the time of the landing', () => {
    const pass: readonly Waypoint[] = [
      { t: 1000, along: -20_000, height: 330 },
      { t: 1200, along: 2_000, height: 330 },
      { t: 1260, along: 0, cross: 4_000, height: 330 },
      { t: 1340, along: -6_000, cross: 3_000, height: 300 },
      { t: 1400, along: -3_000, height: 150 },
      { t: 1440, along: 100, height: 0 },
      { t: 1441, along: 170, height: null },
      { t: 1500, along: 1_500, height: null },
    ];
    const [landing] = told(fly(LSZH_14, [...TAKE_OFF, ...pass], 30)).events.filter(
      ({ event_type }) => event_type === 'landing',
    );
    expect(Math.abs((landing?.event_time ?? 0) - START - 1440)).toBeLessThanOrEqual(30);
  });
});

describe('pitfalls', () => {
  const spoil = (change: (row: FlightRow, t: number) => Partial<FlightRow>, pace = 10) =>
    words(fly(LSZH_14, FLIGHT, pace, change));

  it.each([-245, 245])('pressure altitude that is %i m off hides no landing', (shift) => {
    expect(
      spoil(({ baro_altitude }) => ({
        baro_altitude: baro_altitude === null ? null : baro_altitude + shift,
      })),
    ).toEqual(both);
  });

  it('true_track that is wrong in a whole record hides nothing', () => {
    expect(spoil(({ true_track }) => ({ true_track: ((true_track ?? 0) + 137) % 360 }))).toEqual(both);
    expect(spoil(() => ({ true_track: 0 }), 60)).toEqual(both);
  });

  it('a speed that is absurd on the ground is not believed', () => {
    expect(spoil((row, t) => (t > 1560 ? { velocity: 240, on_ground: false } : {}))).toEqual(both);
    const parked = fly(LSZH_14, [
      { t: 0, along: 900, cross: 400, height: null },
      { t: 900, along: 910, cross: 400, height: null },
    ]);
    expect(
      words(parked.map((row) => ({ ...row, velocity: 240, on_ground: false, baro_altitude: 430 }))),
    ).toEqual([]);
  });

  it('a speed that is held from the approach while it taxies is not believed', () => {
    expect(
      spoil((row, t) => (t > 1556 ? { velocity: 69, on_ground: false, baro_altitude: 432 } : {})),
    ).toEqual(both);
  });

  it('the first altitude held over does not hide a take-off', () => {
    const rows = fly(LSZH_14, TAKE_OFF, 10, (row, t) => (t < 130 ? { baro_altitude: 1330 } : {}));
    expect(words(rows.slice(10))).toEqual(['take_off LSZH 14']);
  });

  it('a position frozen 20 s before touchdown does not hide the landing', () => {
    const { time_position: t, ...frozen } = fly(LSZH_14, FLIGHT, 5).find(
      ({ time_position }) => time_position >= START + 1535,
    ) as FlightRow;
    const rows = fly(LSZH_14, FLIGHT, 5)
      .filter(({ time_position }) => time_position <= t + 25)
      .map((row) =>
        row.time_position <= t
          ? row
          : { ...frozen, time_position: row.time_position, last_contact: row.last_contact },
      );
    expect(words(rows)).toEqual(both);
  });

  it('altitude coded 0 on the ground calibrates nothing', () => {
    expect(spoil((row) => (row.on_ground === true ? { baro_altitude: 0 } : {}))).toEqual(both);
  });

  it('altitude spikes make no go-around', () => {
    let odd = 0;
    const rows = fly(LSZH_14, FLIGHT, 1, ({ baro_altitude }, t) =>
      t > 1300 && baro_altitude !== null && t % 7 === 0
        ? { baro_altitude: baro_altitude + ((odd += 1) % 2 === 0 ? 130 : 3_000) }
        : {},
    );
    expect(words(rows)).toEqual(both);
  });

  it('a helicopter on an extended centre line makes no runway events', () => {
    expect(spoil(() => ({ category: 8 }))).toEqual([]);
  });

  it('a helicopter that does not say so makes none: it rises from beside the runway', () => {
    const rise: readonly Waypoint[] = [
      { t: 0, along: 900, cross: 500, height: null },
      { t: 60, along: 901, cross: 500, height: null },
      { t: 61, along: 901, cross: 500, height: 0 },
      { t: 100, along: 1_400, cross: 1_500, height: 150 },
      { t: 400, along: 5_000, cross: 19_000, height: 400 },
    ];
    expect(words(fly(LSZH_14, rise, 5))).toEqual([]);
  });

  it('a helicopter that does not say so makes none where no runway is known', () => {
    const rise: readonly Waypoint[] = [
      { t: 0, along: 900, cross: 300, height: null },
      { t: 60, along: 901, cross: 300, height: null },
      { t: 61, along: 905, cross: 300, height: 3 },
      { t: 91, along: 1_200, cross: 300, height: 100 },
      { t: 400, along: 16_000, cross: 2_000, height: 400 },
    ];
    expect(words(fly(LSZH_14, rise, 10))).toEqual([]);
  });

  it('vehicles on the ground make none', () => {
    const drive: readonly Waypoint[] = [
      { t: 0, along: 0, height: null },
      { t: 150, along: 3_000, height: null },
      { t: 300, along: 0, height: null },
    ];
    expect(words(fly(LSZH_14, drive, 5))).toEqual([]);
    expect(words(fly(LSZH_14, drive, 5, () => ({ category: 17 })))).toEqual([]);
    expect(told(fly(LSZH_14, drive, 5)).flights[0]).toMatchObject({ status: 'landed', takeoff_time: null });
  });

  it('traffic en route above runways makes none', () => {
    const route: readonly Waypoint[] = [
      { t: 0, along: -200_000, height: 10_000 },
      { t: 1700, along: 200_000, height: 10_000 },
    ];
    expect(words(fly(EHAM_24, route, 10))).toEqual([]);
    const climb = { baro_altitude: null, vertical_rate: 5 };
    expect(words(fly(EHAM_24, route, 10, () => climb).slice(95))).toEqual([]);
  });

  it('repeated rows with a newer contact change nothing but the count', () => {
    const rows = fly(LSZH_14, FLIGHT, 10).flatMap((row) => [
      row,
      { ...row, last_contact: (row.last_contact ?? 0) + 3 },
    ]);
    expect(words(rows)).toEqual(both);
  });
});

describe('one flight or two', () => {
  const later = (rows: readonly FlightRow[], seconds: number, change: Partial<FlightRow> = {}) =>
    rows.map((row) => ({
      ...row,
      time_position: row.time_position + seconds,
      last_contact: (row.last_contact ?? 0) + seconds,
      ...change,
    }));
  const ids = (rows: readonly FlightRow[]) => told(rows).flights.map(({ flight_id }) => flight_id);

  it('a turnaround of 30 minutes out of reach makes two', () => {
    const first = fly(LSZH_14, FLIGHT);
    expect(ids([...first, ...later(first, 1650 + 1800)])).toHaveLength(2);
  });

  it('a gap of two hours over the sea at the speed of before makes one', () => {
    const rows = fly(LSZH_14, [
      { t: 0, along: 0, height: 10_000 },
      { t: 12_000, along: 2_700_000, height: 10_000 },
    ]);
    expect(ids(rows.filter((_, at) => at < 100 || at > 900))).toHaveLength(1);
  });

  it('a callsign that flickers makes one, a new one after a landing makes two', () => {
    const flicker = fly(LSZH_14, FLIGHT, 10, (row, t) => (t % 70 === 0 ? { callsign: 'OTHER' } : {}));
    expect(ids(flicker)).toHaveLength(1);
    const parked = fly(
      LSZH_14,
      [
        ...FLIGHT,
        { t: 1660, along: 1500, cross: 300, height: null },
        { t: 1900, along: 1500, cross: 301, height: null },
      ],
      10,
      (row, t) => (t > 1700 ? { callsign: 'TEST2' } : {}),
    );
    expect(ids(parked)).toHaveLength(2);
  });

  it('standing still after a landing ends a flight, a stop while taxiing out does not', () => {
    const parked = fly(LSZH_14, [
      ...FLIGHT,
      { t: 1660, along: 1500, cross: 300, height: null },
      { t: 2600, along: 1501, cross: 300, height: null },
    ]);
    expect(ids(parked)).toHaveLength(2);
    const queue = TAKE_OFF.map((one, at) => (at === 0 ? one : { ...one, t: one.t + 1200 }));
    expect(
      ids(fly(LSZH_14, [{ t: 0, along: -100, cross: 151, height: null }, ...queue.slice(1)])),
    ).toHaveLength(1);
  });

  it('a row that is not newer changes nothing', () => {
    const rows = fly(LSZH_14, FLIGHT);
    const old = rows[20] as FlightRow;
    expect(told([...rows, old, { ...old, latitude: 0 }])).toEqual(told(rows));
  });
});

describe('holding, orbit, emergency, jumps', () => {
  /** Laps of a racetrack at a height: legs and half circles of a radius. */
  const laps = (count: number, leg_m: number, radius_m: number): readonly Waypoint[] => {
    const points: Waypoint[] = [];
    let t = 300;
    for (let lap = 0; lap < count; lap += 1)
      for (const side of [0, 1])
        for (let part = 0; part <= 12; part += 1) {
          const angle = (Math.PI * part) / 12;
          const [x, y] = [radius_m * Math.sin(angle), radius_m * (1 - Math.cos(angle))];
          const way = part === 0 ? leg_m : (Math.PI * radius_m) / 12;
          t += way / 120;
          points.push({
            t: Math.round(t),
            along: 40_000 + (side === 0 ? leg_m + x : -x),
            cross: side === 0 ? y : 2 * radius_m - y,
            height: 3_000,
          });
        }
    return points;
  };
  const enter: readonly Waypoint[] = [
    { t: 0, along: 4_000, height: 3_000 },
    { t: 300, along: 40_000, height: 3_000 },
  ];
  const kinds = (rows: readonly FlightRow[]) => told(rows).events.map(({ event_type }) => event_type);

  it.each([1, 10, 60])('two laps of a racetrack are a holding at a pace of %i s', (pace) => {
    expect(kinds(fly(LSZH_14, [...enter, ...laps(3, 7_500, 2_300)], pace))).toEqual(['holding']);
  });

  it('a circle is an orbit, and a straight flight is neither', () => {
    expect(kinds(fly(LSZH_14, [...enter, ...laps(2, 10, 2_500)], 5))).toEqual(['orbit']);
    expect(kinds(fly(LSZH_14, enter, 5))).toEqual([]);
  });

  it('an emergency code counts from its second report on', () => {
    const squawking = (from: number, to: number) =>
      fly(LSZH_14, enter, 10, (row, t) => (t >= from && t <= to ? { squawk: '7700' } : {}));
    expect(kinds(squawking(100, 100))).toEqual([]);
    expect(told(squawking(100, 160)).events[0]).toMatchObject({
      event_type: 'squawk_7700',
      evidence_from: START + 100,
      evidence_to: START + 160,
    });
  });

  it('a run of jumps is one event, and a single slip is none', () => {
    const slip = (every: number) =>
      fly(LSZH_14, enter, 5, ({ latitude }, t) =>
        t > 50 && t % every === 0 ? { latitude: latitude + 1 } : {},
      );
    expect(kinds(slip(250))).toEqual([]);
    expect(kinds(slip(20))).toEqual(['position_jump']);
  });
});
