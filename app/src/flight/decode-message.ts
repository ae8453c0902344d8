/** A decoded topic message: its fields with the right types, or why it is malformed. */
export type DecodedMessage =
  | { readonly fields: MessageFields; readonly malformed: null }
  | { readonly fields: null; readonly malformed: string };

/** The known fields of a message; a key that is absent is null. Longs may be bigint beyond 2^53. */
export interface MessageFields {
  readonly icao24: string | null;
  readonly callsign: string | null;
  readonly origin_country: string | null;
  readonly time_position: number | bigint | null;
  readonly last_contact: number | bigint | null;
  readonly longitude: number | null;
  readonly latitude: number | null;
  readonly baro_altitude: number | null;
  readonly on_ground: boolean | null;
  readonly velocity: number | null;
  readonly true_track: number | null;
  readonly vertical_rate: number | null;
  readonly sensors: readonly (number | null)[] | null;
  readonly geo_altitude: number | null;
  readonly squawk: string | null;
  readonly spi: boolean | null;
  readonly position_source: number | null;
  readonly category: number | null;
  readonly snapshot_time: number | bigint | null;
  readonly feed: string | null;
  readonly registration: string | null;
  readonly type_code: string | null;
  readonly nic: number | null;
  readonly nac_p: number | null;
  readonly rssi: number | null;
  readonly source: string | null;
}

type FieldType = 'string' | 'long' | 'double' | 'boolean' | 'integer' | 'integers';

/** The fields that a message may hold, with their types, in the order in which our feeds write them. Unknown keys are ignored. */
export const MESSAGE_FIELDS: readonly (readonly [keyof MessageFields, FieldType])[] = [
  ['icao24', 'string'],
  ['callsign', 'string'],
  ['origin_country', 'string'],
  ['time_position', 'long'],
  ['last_contact', 'long'],
  ['longitude', 'double'],
  ['latitude', 'double'],
  ['baro_altitude', 'double'],
  ['on_ground', 'boolean'],
  ['velocity', 'double'],
  ['true_track', 'double'],
  ['vertical_rate', 'double'],
  ['sensors', 'integers'],
  ['geo_altitude', 'double'],
  ['squawk', 'string'],
  ['spi', 'boolean'],
  ['position_source', 'integer'],
  ['category', 'integer'],
  ['snapshot_time', 'long'],
  ['feed', 'string'],
  ['registration', 'string'],
  ['type_code', 'string'],
  ['nic', 'integer'],
  ['nac_p', 'integer'],
  ['rssi', 'double'],
  ['source', 'string'],
];
/**
 * What only some feeds say. Producers that know nothing of these fields may use their names for something else, so that a
 * value of another type is not of this field: it reads as null, and the message is as good as before.
 */
const EXTRA_FIELDS: ReadonlySet<string> = new Set([
  'registration',
  'type_code',
  'nic',
  'nac_p',
  'rssi',
  'source',
]);

/** The value of a topic's message: text, or its bytes where they are not valid UTF-8. */
export type MessageValue = string | Uint8Array;

/**
 * What a value of each type looks like in the plain form. Narrower than JSON: no escapes, no exponents, no long numbers.
 * No `-0` for a double either, which parsers read as 0 or as -0.0; the decoder below reads -0.0.
 */
const PLAIN_INTEGER = String.raw`-?(?:0|[1-9]\d{0,8})`;
const PLAIN_VALUES: Readonly<Record<FieldType, string>> = {
  string: String.raw`"[^"\\\x00-\x1f]*"`,
  long: String.raw`-?(?:0|[1-9]\d{0,14})`,
  double: String.raw`-?(?:0\.\d{1,20}|[1-9]\d{0,14}(?:\.\d{1,20})?)|0`,
  boolean: 'true|false',
  integer: PLAIN_INTEGER,
  integers: String.raw`\[(?:(?:null|${PLAIN_INTEGER})(?:, ?(?:null|${PLAIN_INTEGER}))*)?\]`,
};
/** Fields that may be missing: those that Contrail adds to OpenSky's, and one that OpenSky hardly ever fills. */
const OPTIONAL_FIELDS: ReadonlySet<string> = new Set(['sensors', 'snapshot_time', 'feed', ...EXTRA_FIELDS]);
/** Producers that follow OpenSky's answer begin with its time, which is not used here. */
const LEADING_TIME = `(?:"time": ?(?:null|${PLAIN_VALUES.long}), ?)?`;
/**
 * Source of the pattern of {@link isPlainMessage}, for engines that test it themselves: in the syntax that JavaScript
 * and Java share.
 */
export const PLAIN_MESSAGE_SOURCE = `^\\{${LEADING_TIME}${MESSAGE_FIELDS.map(([name, type], index) => {
  const field = `${index === 0 ? '' : ', ?'}"${name}": ?(?:null|${PLAIN_VALUES[type]})`;
  return OPTIONAL_FIELDS.has(name) ? `(?:${field})?` : field;
}).join('')}\\}$`;
const PLAIN_MESSAGE = new RegExp(PLAIN_MESSAGE_SOURCE);
/**
 * Longer messages, in characters, are neither plain nor flat: matching a pattern takes memory by the length of a list,
 * and parsers limit the length of a text.
 */
export const SIMPLE_MESSAGE_LENGTH = 65_536;

/**
 * Whether a message has the form that nearly all messages have: the known fields in OpenSky's order, each once, with
 * values of their types, and perhaps a time before them. Such a message is well-formed, and every JSON parser reads the
 * same from it. Other messages may be well-formed too. Six times faster than {@link decodeMessage}.
 */
export const isPlainMessage = (text: string): boolean =>
  text.length <= SIMPLE_MESSAGE_LENGTH && PLAIN_MESSAGE.test(text);

const MEMBERS = [...Map.groupBy(MESSAGE_FIELDS, ([, type]) => type)].map(
  ([type, fields]) => `"(?:${fields.map(([name]) => name).join('|')})": ?(?:null|${PLAIN_VALUES[type]})`,
);
const KNOWN = MESSAGE_FIELDS.map(([name]) => name).join('|');
const OTHER_NAME = String.raw`"(?!(?:${KNOWN})")[^"\\\x00-\x1f]*"`;
const OTHER_VALUE = ['null', PLAIN_VALUES.boolean, PLAIN_VALUES.string, PLAIN_VALUES.double].join('|');
const MEMBER = `(?:${[...MEMBERS, `${OTHER_NAME}: ?(?:${OTHER_VALUE})`].join('|')})`;
/** Source of the pattern of {@link isFlatMessage}. */
export const FLAT_MESSAGE_SOURCE = String.raw`^\{(?:${MEMBER}(?:, ?${MEMBER}){0,63})?\}$`;
const FLAT_MESSAGE = new RegExp(FLAT_MESSAGE_SOURCE);

/**
 * Whether a message is well-formed by a simple pattern, although its fields are in another order, missing or repeated,
 * or have other simple fields beside them. Producers that do not know Contrail send such messages. If a field is
 * repeated, the last one counts, as for every parser that does not refuse it.
 */
export const isFlatMessage = (text: string): boolean =>
  text.length <= SIMPLE_MESSAGE_LENGTH && FLAT_MESSAGE.test(text);

/**
 * Decodes one message. It is malformed if its bytes are not UTF-8, it is not JSON (bare NaN and Infinity are not), not
 * an object, or a known field has a value of another type; those of {@link EXTRA_FIELDS} are null then. A whole-valued
 * number (5.0, 1e3) is a legal long or integer; a number that is too large for its type is not of the type; null is of
 * every type. If a key is repeated, the last value counts.
 *
 * Never throws, whatever the message holds and however large or deep it is: V8's `JSON.parse` does not recurse, and the
 * rest of this code reads a message once from beginning to end.
 */
export function decodeMessage(value: MessageValue): DecodedMessage {
  if (typeof value !== 'string') {
    const prefix = registryPrefix(value);
    return malformed(prefix === null ? 'not valid UTF-8' : `not JSON: ${prefix}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    return malformed(`not JSON${whyNotJson(value)}`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return malformed(`not a JSON object but ${describe(json)}`);
  const fields = json as Record<string, unknown>;
  for (const [name, type] of MESSAGE_FIELDS) {
    const found = fields[name];
    if (found === null || found === undefined) continue;
    if (isOfType(found, type)) {
      if (type === 'long' || type === 'integer' || type === 'integers')
        fields[name] = withoutMinusZero(found);
      continue;
    }
    if (EXTRA_FIELDS.has(name)) {
      fields[name] = null;
      continue;
    }
    if (type === 'long' && typeof found === 'number' && Number.isInteger(found)) {
      // Beyond 2^53 a number has lost digits. Its text still has them.
      const long = toLong(numberText(value, name));
      if (typeof long === 'string') return malformed(`${name} is ${String(found)}, ${long}`);
      fields[name] = long;
    } else return malformed(`${name} is ${describe(found)}, not ${TYPE_WORDS[type]}`);
  }
  return { fields: json as MessageFields, malformed: null };
}

const malformed = (why: string): DecodedMessage => ({ fields: null, malformed: why });

const TYPE_WORDS: Readonly<Record<FieldType, string>> = {
  string: 'a string',
  long: 'a long',
  double: 'a double',
  boolean: 'a boolean',
  integer: 'an integer',
  integers: 'a list of integers',
};

function isOfType(value: unknown, type: FieldType): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'double':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'long':
      return Number.isSafeInteger(value);
    case 'integer':
      return isInt32(value);
    case 'integers':
      return Array.isArray(value) && value.every((item) => item === null || isInt32(item));
  }
}

/** Turns -0 into 0. JSON may write -0, and JavaScript keeps it, but whole numbers have only one zero. */
function withoutMinusZero(value: unknown): unknown {
  if (Array.isArray(value)) return value.some((item) => item === 0) ? value.map(withoutMinusZero) : value;
  return value === 0 ? 0 : value;
}

const isInt32 = (value: unknown): boolean => Number.isInteger(value) && value === ((value as number) | 0);

/** Digits of the largest long. */
const LONG_DIGITS = 19;

/** The exact long that a JSON number stands for, or why it is not a long. */
function toLong(text: string): bigint | string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = whole + fraction;
  let [first, end] = [0, digits.length];
  while (digits[first] === '0') first += 1;
  while (end > first && digits[end - 1] === '0') end -= 1;
  /** How many zeros follow the digits; below 0: how many of the digits are a fraction. */
  const zeros = Number(exponent) + whole.length - end;
  if (zeros < 0) return 'not a long';
  if (end - first + zeros > LONG_DIGITS) return 'too large for a long';
  const long = BigInt(`${sign}${digits.slice(first, end)}${'0'.repeat(zeros)}`);
  return BigInt.asIntN(64, long) === long ? long : 'too large for a long';
}

/** The text of the number that a key of a JSON object has. If a key is repeated, the last one counts. */
function numberText(json: string, name: string): string {
  let depth = 0;
  /** The key of the current member of the object; null if the key comes next. */
  let key: string | null = null;
  let found = '';
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index] as string;
    if (character === '"') {
      const end = endOfString(json, index);
      if (depth === 1) key ??= JSON.parse(json.slice(index, end)) as string;
      index = end - 1;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (depth === 1 && character === ',') key = null;
    else if (depth === 1 && key === name && /[-\d]/.test(character)) {
      let end = index + 1;
      while (/[-+.\deE]/.test(json[end] as string)) end += 1;
      found = json.slice(index, end);
      index = end - 1;
    }
  }
  return found;
}

/** The index after the JSON string that begins at `start`. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return end + 1;
  }
}

/** Why a text is not JSON, as far as its beginning shows. */
function whyNotJson(text: string): string {
  if (text === '') return ': the message is empty';
  if (text.startsWith('\uFEFF')) return ': it begins with a byte order mark';
  const prefix = text.startsWith('\0') ? registryPrefix(new TextEncoder().encode(text.slice(0, 5))) : null;
  return prefix === null ? '' : `: ${prefix}`;
}

/**
 * Says that a message begins with the prefix of a schema registry's serializer: a zero byte and the number of a schema,
 * 4 bytes. Source: Confluent Schema Registry, "Wire format".
 */
function registryPrefix(bytes: Uint8Array): string | null {
  if (bytes[0] !== 0 || bytes.length < 5) return null;
  const schema = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  return `it begins with the prefix of a schema registry (schema ${schema}); the producer has to send JSON without it`;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`;
  // The number is too large for a double, so JavaScript has Infinity. The message may have had any number of digits.
  if (typeof value === 'number' && !Number.isFinite(value)) return 'too large a number';
  return String(value as number | boolean);
}
