/** Answers as programs of receivers and services write them; invented, in the form of the real ones. */

export const NOW_S = 1_785_349_721.5;

/** readsb: all that it may say of an aircraft that is well received. */
export const AIRBORNE = {
  hex: 'AA5F41',
  type: 'adsb_icao',
  flight: 'AAL61   ',
  r: 'N768AA',
  t: 'B772',
  desc: 'BOEING 777-200',
  dbFlags: 0,
  alt_baro: 35_000,
  alt_geom: 34_000,
  gs: 474.8,
  tas: 480,
  track: 246.67,
  true_heading: 250.1,
  baro_rate: -64,
  geom_rate: 32,
  squawk: '0650',
  emergency: 'none',
  category: 'A5',
  lat: 60.426946,
  lon: -172.829165,
  nic: 8,
  rc: 186,
  seen_pos: 3.373,
  version: 2,
  nac_p: 9,
  spi: 1,
  mlat: [],
  tisb: [],
  messages: 7_391,
  seen: 1.0,
  rssi: -30.3,
} as const;

export const TAXIING = { ...AIRBORNE, hex: '3c6444', alt_baro: 'ground', track: undefined, category: 'A3' };
export const NOT_ICAO = { ...AIRBORNE, hex: '~ABC123', type: 'tisb_other', r: undefined, t: undefined };
export const LOST = {
  hex: '484506',
  type: 'mode_s',
  alt_baro: 4_000,
  lastPosition: { lat: 52.3, lon: 4.7, nic: 7, rc: 371, seen_pos: 93.4 },
  rr_lat: 50,
  rr_lon: 3,
  seen: 0.4,
};

/** dump1090-mutability. */
export const LEGACY = {
  hex: '4b1a23',
  squawk: '5744',
  flight: 'EZS42AX ',
  lat: 50.989085,
  lon: 0.172501,
  nucp: 7,
  seen_pos: 3.5,
  altitude: 8_175,
  vert_rate: -704,
  track: 309,
  speed: 271,
  category: 'A3',
  mlat: ['lat', 'lon'],
  tisb: [],
  messages: 159,
  seen: 0.2,
  rssi: -24.9,
};

/** The list of the first dump1090, with zeros for what it does not know. */
export const OLD_LIST = [
  {
    hex: '4841d7',
    squawk: '2355',
    flight: 'KLM1023 ',
    lat: 52.1,
    lon: 4.5,
    validposition: 1,
    altitude: 12_000,
    vert_rate: 0,
    track: 0,
    validtrack: 1,
    speed: 300,
    messages: 50,
    seen: 2,
  },
  {
    hex: '4841d8',
    squawk: '0000',
    flight: '',
    lat: 0,
    lon: 0,
    validposition: 0,
    altitude: 0,
    vert_rate: 0,
    track: 0,
    validtrack: 0,
    speed: 0,
    messages: 3,
    seen: 5,
  },
];

export const READSB = { now: NOW_S, messages: 54_541_153, aircraft: [AIRBORNE, TAXIING, NOT_ICAO, LOST] };
export const MUTABILITY = { now: NOW_S, messages: 1, aircraft: [LEGACY] };
export const SERVICE = {
  ac: [AIRBORNE, TAXIING],
  msg: 'No error',
  now: Math.round(NOW_S * 1000),
  total: 2,
  ctime: Math.round(NOW_S * 1000),
  ptime: 0,
};

/** As each program writes it. */
export const ANSWERS: Readonly<Record<string, string>> = {
  readsb: JSON.stringify(READSB),
  'readsb, in lines': JSON.stringify(READSB, null, 2),
  'dump1090-mutability': JSON.stringify(MUTABILITY),
  'the first dump1090': JSON.stringify(OLD_LIST),
  'an ADSBx-v2 service': JSON.stringify(SERVICE),
};
