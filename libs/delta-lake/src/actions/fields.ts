import { blankRecord } from '../records.ts';
import type { AddFile } from './actions.ts';

/** An object of a commit's JSON, or of the columns of a checkpoint, where integers are bigints. */
export type Json = Readonly<Record<string, unknown>>;
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type PartitionValues = AddFile['partitionValues'];

/**
 * Reads the fields of one action and keeps the first thing that is wrong with it. That becomes a fault of the action
 * (`noteFault`): it matters only while the action is in force.
 */
export class Fields {
  readonly #body: Json;
  readonly #kind: string;
  fault: string | null = null;

  constructor(body: Json, kind: string) {
    this.#body = body;
    this.#kind = kind;
  }

  text(field: string): string {
    const value = this.#body[field];
    if (typeof value === 'string') return value;
    this.fault ??= `the field "${field}" of "${this.#kind}" is missing`;
    return '';
  }

  /** A count that the table cannot be read without: a safe integer, not negative. */
  count(field: string): number {
    const value = this.#body[field];
    const number = isNumber(value) ? Number(value) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= 0) return number;
    this.fault ??= `"${this.#kind}.${field}" is ${String(value)}, not an integer from 0 to 2^53`;
    return 0;
  }

  /** An int64 that few readers need. */
  long(field: string): number | bigint | undefined {
    const value = this.#body[field];
    if (!isNumber(value)) return undefined;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : typeof value === 'bigint' ? value : undefined;
  }

  /** Epoch ms that nothing depends on: 0 if it is not a number, the largest exact number if it is above that. */
  instant(field: string): number {
    const value = this.#body[field];
    if (!isNumber(value)) return 0;
    const ms = Math.trunc(Number(value));
    if (Number.isNaN(ms)) return 0;
    return Math.min(Math.max(ms, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  }
}

/** The values of the partition columns of a file, as text. */
export function partitionValues(json: unknown): PartitionValues {
  if (!isJson(json)) return {};
  const values = blankRecord<string | null>(Object.keys(json))();
  for (const [name, value] of Object.entries(json))
    values[name] = value === null || value === undefined ? null : asText(value);
  return values;
}

/** The strings of a JSON object; other values become their text. */
export function stringMap(json: Json): Readonly<Record<string, string>> {
  const values = blankRecord<string>(Object.keys(json))();
  for (const [name, value] of Object.entries(json)) {
    if (value !== null && value !== undefined) values[name] = asText(value);
  }
  return values;
}

function asText(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether a value is a number of either kind. */
export function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Whether a value is an object and not a list. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
