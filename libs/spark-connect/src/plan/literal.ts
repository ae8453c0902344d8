import { parseDecimal, unscaledAt } from '../arrow/decimal.ts';
import { parseDate } from '../arrow/instant.ts';
import { invalidArgument } from '../errors.ts';

/** A value with its Spark type. Make them with {@link literal}, which checks them. */
export type Literal =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'byte' | 'short' | 'integer' | 'float' | 'double'; readonly value: number }
  | { readonly type: 'long'; readonly value: bigint }
  | { readonly type: 'decimal'; readonly value: string; readonly precision: number; readonly scale: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'binary'; readonly value: Uint8Array }
  /** `YYYY-MM-DD`. */
  | { readonly type: 'date'; readonly value: string }
  /** Microseconds since 1970-01-01, in UTC for `timestamp`, in local time for `timestamp_ntz`. */
  | { readonly type: 'timestamp' | 'timestamp_ntz'; readonly value: bigint }
  | { readonly type: 'array'; readonly elements: readonly Literal[] };

const LONG = 2n ** 63n;
const INTEGER_LIMITS = { byte: 2 ** 7, short: 2 ** 15, integer: 2 ** 31 } as const;

function whole(type: keyof typeof INTEGER_LIMITS, value: number): Literal {
  const limit = INTEGER_LIMITS[type];
  if (!Number.isInteger(value) || value < -limit || value >= limit) throw refused(type, String(value));
  return { type, value };
}

function micros(type: 'long' | 'timestamp' | 'timestamp_ntz', value: bigint): Literal {
  if (value < -LONG || value >= LONG) throw refused(type, String(value));
  return { type, value };
}

/** Makes literals. Each @throws SparkConnectError invalid-argument for a value that is not of the type. */
export const literal = {
  null: (): Literal => ({ type: 'null' }),
  boolean: (value: boolean): Literal => ({ type: 'boolean', value }),
  byte: (value: number): Literal => whole('byte', value),
  short: (value: number): Literal => whole('short', value),
  integer: (value: number): Literal => whole('integer', value),
  long: (value: bigint): Literal => micros('long', value),
  float: (value: number): Literal => ({ type: 'float', value: Math.fround(value) }),
  double: (value: number): Literal => ({ type: 'double', value }),
  /** `-12.50` is DECIMAL(4,2) unless precision and scale say otherwise; digits are never rounded. */
  decimal(value: string, precision?: number, scale?: number): Literal {
    const parsed = parseDecimal(value);
    if (parsed === undefined) throw refused('decimal', value);
    const digits = String(parsed.unscaled).replace('-', '').length;
    const ownScale = scale ?? parsed.scale;
    const ownPrecision = precision ?? Math.max(digits, ownScale, 1);
    const fits = ownPrecision <= 38 && ownScale >= 0 && ownScale <= ownPrecision;
    if (!fits || unscaledAt(value, ownPrecision, ownScale) === undefined)
      throw refused(`decimal(${ownPrecision},${ownScale})`, value);
    return { type: 'decimal', value, precision: ownPrecision, scale: ownScale };
  },
  string(value: string): Literal {
    if (!value.isWellFormed()) throw refused('string', JSON.stringify(value));
    return { type: 'string', value };
  },
  binary: (value: Uint8Array): Literal => ({ type: 'binary', value }),
  /** `YYYY-MM-DD`, years 0001 to 9999. */
  date(value: string): Literal {
    if (parseDate(value) === undefined) throw refused('date', value);
    return { type: 'date', value };
  },
  /** Microseconds since 1970-01-01T00:00:00Z. */
  timestamp: (value: bigint): Literal => micros('timestamp', value),
  /** Microseconds since 1970-01-01 00:00:00 in local time, whatever the zone. Years 0001 to 9999. */
  timestampNtz(value: bigint): Literal {
    if (value < -62_135_596_800_000_000n || value >= 253_402_300_800_000_000n)
      throw refused('timestamp_ntz', String(value));
    return { type: 'timestamp_ntz', value };
  },
  array: (elements: readonly Literal[]): Literal => ({ type: 'array', elements }),
} as const;

/** A literal, or a JavaScript value with only one possible type: text, true and false, and bigint for BIGINT. */
export type Parameter = Literal | string | boolean | bigint;

/** The literal that a parameter stands for. A number is refused, because it could be INT, BIGINT or DOUBLE. */
export function literalOf(parameter: Parameter): Literal {
  if (typeof parameter === 'string') return literal.string(parameter);
  if (typeof parameter === 'boolean') return literal.boolean(parameter);
  if (typeof parameter === 'bigint') return literal.long(parameter);
  if (typeof parameter === 'object' && parameter !== null) return parameter;
  throw invalidArgument(
    `Making a literal: ${String(parameter)} has no type of its own in Spark; use literal.integer, literal.double, literal.null, …`,
  );
}

const refused = (type: string, value: string): Error =>
  invalidArgument(`Making a literal: ${value.slice(0, 100)} is not of type ${type}`, { type });
