/** What a topic message says, in the words of the contract: fields of the right type, or why it is malformed. */
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
}

type FieldType = 'string' | 'long' | 'double' | 'boolean' | 'integer' | 'integers';

/** The fields that a message may hold, with their types (contract, section 1). Unknown keys are ignored. */
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
];

/** What a value of each type looks like in the plain form. Narrower than JSON: no escapes, no exponents, no long numbers. */
const PLAIN_INTEGER = String.raw`-?(?:0|[1-9]\d{0,8})`;
const PLAIN_VALUES: Readonly<Record<FieldType, string>> = {
  string: String.raw`"[^"\\\x00-\x1f]*"`,
  long: String.raw`-?(?:0|[1-9]\d{0,14})`,
  double: String.raw`-?(?:0|[1-9]\d{0,14})(?:\.\d{1,20})?`,
  boolean: 'true|false',
  integer: PLAIN_INTEGER,
  integers: String.raw`\[(?:(?:null|${PLAIN_INTEGER})(?:, ?(?:null|${PLAIN_INTEGER}))*)?\]`,
};
/** What Contrail adds to OpenSky's fields may be missing, and what OpenSky hardly ever fills. */
const OPTIONAL_FIELDS: ReadonlySet<string> = new Set(['sensors', 'snapshot_time', 'feed']);
/** Producers that follow OpenSky's answer begin with its time, which is of no use here. */
const LEADING_TIME = `(?:"time": ?(?:null|${PLAIN_VALUES.long}), ?)?`;
/** Source of the pattern of {@link isPlainMessage}, for engines that test it themselves: what JavaScript and Java share. */
export const PLAIN_MESSAGE_SOURCE = `^\\{${LEADING_TIME}${MESSAGE_FIELDS.map(([name, type], index) => {
  const field = `${index === 0 ? '' : ', ?'}"${name}": ?(?:null|${PLAIN_VALUES[type]})`;
  return OPTIONAL_FIELDS.has(name) ? `(?:${field})?` : field;
}).join('')}\\}$`;
const PLAIN_MESSAGE = new RegExp(PLAIN_MESSAGE_SOURCE);

/**
 * Whether a message has the form in which nearly all come: the known fields in OpenSky's order, each once, with values
 * of their types, and perhaps a time before them. Such a message is well-formed, and any JSON parser reads the same from
 * it; of another one nothing is said. Six times faster than {@link decodeMessage}.
 */
export const isPlainMessage = (text: string): boolean => PLAIN_MESSAGE.test(text);

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
 * Whether a message is well-formed at sight, though its fields come in another order, are missing or repeated, or stand
 * beside others with simple values: what producers that know nothing of Contrail send. Of fields that are repeated the
 * last one counts, as for any parser that does not refuse them.
 */
export const isFlatMessage = (text: string): boolean => FLAT_MESSAGE.test(text);

/**
 * Decodes one message. Malformed is: no JSON (bare NaN and Infinity included), no object, or a known field whose
 * value is not of its type. A whole-valued number (5.0, 1e3) is a legal long or integer; a number too large for
 * its type is not of its type; null is of every type. Never throws.
 */
export function decodeMessage(text: string): DecodedMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { fields: null, malformed: 'not JSON' };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { fields: null, malformed: `not a JSON object but ${describe(json)}` };
  }
  const fields = json as Record<string, unknown>;
  for (const [name, type] of MESSAGE_FIELDS) {
    const value = fields[name];
    if (value === null || value === undefined || isOfType(value, type)) continue;
    if (type === 'long' && typeof value === 'number' && Number.isInteger(value)) return decodeBigLongs(text);
    return {
      fields: null,
      malformed: `${name} is ${describe(value)}, not ${type === 'integers' ? 'a list of integers' : `a ${type}`}`,
    };
  }
  return { fields: json as MessageFields, malformed: null };
}

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

const isInt32 = (value: unknown): boolean => Number.isInteger(value) && value === ((value as number) | 0);

/** The rare message with a long beyond 2^53: its digits are read from the text, so that none is lost. */
function decodeBigLongs(text: string): DecodedMessage {
  const json = parseWithSource(text, (value, source) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return value;
    return /^-?\d+$/.test(source) ? BigInt(source) : BigInt(value);
  }) as Record<string, unknown>;
  for (const [name, type] of MESSAGE_FIELDS) {
    const value = json[name];
    if (value === null || value === undefined) continue;
    if (typeof value === 'bigint') {
      if (type === 'double') json[name] = Number(value);
      else if (type !== 'long' || BigInt.asIntN(64, value) !== value) {
        return { fields: null, malformed: `${name} is ${value}, too large for a ${type}` };
      }
    } else if (!isOfType(value, type)) {
      return { fields: null, malformed: `${name} is ${describe(value)}, not a ${type}` };
    }
  }
  return { fields: json as unknown as MessageFields, malformed: null };
}

/** JSON.parse with the source text of each primitive (ECMA-262 JSON.parse source text access; not in the es2024 types). */
function parseWithSource(text: string, revive: (value: unknown, source: string) => unknown): unknown {
  const reviver = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    revive(value, context?.source ?? '');
  return JSON.parse(text, reviver);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`;
  return String(value as number | bigint | boolean);
}
