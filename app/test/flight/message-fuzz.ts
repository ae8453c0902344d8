/**
 * Messages as nobody means to send them: recorded ones, each changed up to three times, from one seed. The same for the same
 * seed, on every machine.
 */
import { existsSync, readFileSync } from 'node:fs';
import { type MessageValue, MESSAGE_FIELDS } from '../../src/flight/decode-message.ts';

const RECORDED = new URL(
  '../../../../shared/data/states/states_all_2021-10-17T114950Z.json',
  import.meta.url,
);
/** Where the recordings are not at hand: two vectors in OpenSky's order. */
const BUILT_IN: readonly (readonly unknown[])[] = [
  [
    '4b1812',
    'SWR1AB  ',
    'Switzerland',
    1634471387,
    1634471388,
    8.5492,
    47.4644,
    9753.6,
    false,
    231.5,
    87.2,
    -0.33,
    null,
    9906.25,
    '1000',
    false,
    0,
  ],
  [
    'e49406',
    '',
    'Brazil',
    null,
    1634471365,
    -46.4792,
    -23.4287,
    null,
    true,
    0,
    5.62,
    null,
    [1, 2],
    null,
    null,
    true,
    3,
  ],
];

/** How many messages, from which seed; more of them by `CONTRAIL_FUZZ_MESSAGES`, others by `CONTRAIL_FUZZ_SEED`. */
export function fuzzSize(messages: number): { readonly messages: number; readonly seed: number } {
  const { CONTRAIL_FUZZ_MESSAGES, CONTRAIL_FUZZ_SEED } = process.env;
  const size = {
    messages: Number(CONTRAIL_FUZZ_MESSAGES ?? messages),
    seed: Number(CONTRAIL_FUZZ_SEED ?? 20_211_017),
  };
  const from = existsSync(RECORDED)
    ? 'recorded answers'
    : `${BUILT_IN.length} built-in vectors, ../shared/data is absent`;
  process.stderr.write(`message fuzz: ${size.messages} messages from seed ${size.seed}, of ${from}\n`);
  return size;
}

/** Endless: take as many as you need. */
export function* fuzzedMessages(seed: number): Generator<MessageValue, never> {
  const random = randomOf(seed);
  const vectors = recorded();
  for (;;) {
    let value: MessageValue = JSON.stringify(messageOf(pick(vectors, random), random));
    for (let changes = Math.floor(random() * 4); changes > 0; changes -= 1) {
      if (typeof value !== 'string') break;
      value = pick(random() < 0.7 ? MEMBER_CHANGES : TEXT_CHANGES, random)(value, random);
    }
    yield value;
  }
}

type Random = () => number;
type Change = (text: string, random: Random) => MessageValue;

const NAMES = MESSAGE_FIELDS.map(([name]) => name);
const DEEP = `${'['.repeat(2_000)}${']'.repeat(2_000)}`;
/** JSON texts of values, of every type and at the bounds of each; and some that are no JSON. */
const VALUES: readonly string[] = [
  'null',
  'true',
  'false',
  '""',
  '" "',
  '"text"',
  '[]',
  '[1,null]',
  '[1.0, -2]',
  '["1"]',
  '{}',
  '{"a":[1]}',
  DEEP,
  '0',
  '-0',
  '-0.0',
  '0.0',
  '5.0',
  '1e3',
  '1E-7',
  '5e-324',
  '1e308',
  '1e309',
  '1e400',
  '-1e400',
  '0.1',
  '90.0000001',
  '2147483647',
  '2147483648',
  '-2147483649',
  '9007199254740991',
  '9007199254740993',
  '-9007199254740993',
  '9007199254740993.0',
  '9.007199254740993e15',
  '9007199254740993.5',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '1e18',
  '1e19',
  '9'.repeat(309),
  `0.${'3'.repeat(309)}`,
  '123456789012345.12345678901234567890',
  String.raw`"\u0000"`,
  String.raw`"\ud800"`,
  String.raw`"\ud83d\ude00"`,
  String.raw`"a\"b\\c\/d\n"`,
  '"é✈😀"',
  '"\u2028"',
  '"simulator"',
  '"opensky"',
  `"${'x'.repeat(70_000)}"`,
  'NaN',
  'Infinity',
  '-Infinity',
  '01',
  '.5',
  '5.',
  '+1',
  "'x'",
  'undefined',
  '"\t"',
  '"\0"',
  '0x1F',
  '1_000',
];

/** Changes of a member, which leave most of a message as it was. */
const MEMBER_CHANGES: readonly Change[] = [
  (text, random) => withValue(text, pick(NAMES, random), pick(VALUES, random)),
  (text, random) => withValue(text, pick(NAMES, random), pick(VALUES, random)),
  (text, random) => text.replace(`"${pick(NAMES, random)}":`, `"${pick(NAMES, random)}":`),
  (text, random) => withMember(text, pick(NAMES, random), pick(VALUES, random), random),
  (text, random) =>
    withMember(
      text,
      pick(
        ['time', 'mood', '__proto__', 'constructor', '', 'é', String.raw`icao2\u0034`, String.raw`\u0000`],
        random,
      ),
      pick(VALUES, random),
      random,
    ),
  (text, random) => text.replaceAll(',', pick([', ', ' , ', ',\n', ',\t'], random)),
  (text, random) => text.replaceAll('":', pick(['": ', '" :', '":\r\n'], random)),
];

/** Changes of a text, which leave little of a message. */
const TEXT_CHANGES: readonly Change[] = [
  (text, random) => text.slice(0, at(text, random)),
  (text, random) => text.slice(at(text, random)),
  (text, random) => cut(text, random, ''),
  (text, random) =>
    cut(
      text,
      random,
      pick(['"', '\\', '{', '}', ',', ':', '\0', '\ud800', '\u007f', '😀', ' ', '1'], random),
    ),
  (text, random) => pick(['\uFEFF', ' ', '\n', '\0\0\0\0\x07', '[', '"', 'x'], random) + text,
  (text, random) => text + pick([' ', '\n', '\0', ',', '{}', text], random),
  (text, random) => {
    const bytes = Buffer.from(text, 'utf8');
    if (bytes.length === 0) return Uint8Array.of(0xff);
    bytes[Math.floor(random() * bytes.length)] = 0x80 + Math.floor(random() * 0x80);
    return Uint8Array.from(bytes);
  },
  (_, random) => pick(['', '{}', '[]', 'null', '"x"', '0', '{"icao24":"abc123"}', '\uFEFF', '\0'], random),
];

const pick = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)] as T;
const at = (text: string, random: Random): number => Math.floor(random() * (text.length + 1));

function cut(text: string, random: Random, between: string): string {
  const start = at(text, random);
  return text.slice(0, start) + between + text.slice(start + Math.floor(random() * 3));
}

/** The value of a member replaced; nothing happens where there is none, or one that is a list or holds a comma. */
function withValue(text: string, name: string, value: string): string {
  const start = text.indexOf(`"${name}":`);
  if (start === -1) return text;
  const from = start + name.length + 3;
  const to = [text.indexOf(',', from), text.indexOf('}', from)].filter((index) => index !== -1);
  return text.slice(0, from) + value + text.slice(Math.min(...to, text.length));
}

function withMember(text: string, name: string, value: string, random: Random): string {
  const member = `"${name}":${value}`;
  if (text.length < 3) return text;
  return random() < 0.5 ? text.replace('{', `{${member},`) : text.replace(/\}$/, `,${member}}`);
}

function messageOf(vector: readonly unknown[], random: Random): Record<string, unknown> {
  const message = Object.fromEntries(
    NAMES.slice(0, vector.length).map((name, index) => [name, vector[index]]),
  );
  const more = random();
  if (more < 0.5) Object.assign(message, { category: 0, snapshot_time: 1_634_471_390, feed: 'opensky' });
  else if (more < 0.6) Object.assign(message, { feed: 'simulator' });
  else if (more < 0.75)
    Object.assign(message, {
      category: 0,
      snapshot_time: 1_634_471_390,
      feed: 'readsb',
      registration: 'G-ABCD',
      type_code: 'A320',
      nic: 8,
      nac_p: 9,
      rssi: -24.5,
      source: 'roof',
    });
  return message;
}

function recorded(): readonly (readonly unknown[])[] {
  if (!existsSync(RECORDED)) return BUILT_IN;
  return (JSON.parse(readFileSync(RECORDED, 'utf8')) as { states: readonly (readonly unknown[])[] }).states;
}

/** Numbers from 0 to 1. Source: mulberry32, Tommy Ettinger, public domain. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
