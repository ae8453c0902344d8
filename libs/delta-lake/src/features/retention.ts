import { DeltaError } from '../errors.ts';
import { ownValue } from '../records.ts';
import { parseInterval } from './interval.ts';

/** Retention periods of a table. Source: Delta protocol and Spark's DeltaConfig ("interval 1 week"). */
export interface Retention {
  readonly property: string;
  readonly defaultMs: number;
}
export const DELETED_FILES: Retention = {
  property: 'delta.deletedFileRetentionDuration',
  defaultMs: 604_800_000,
};
export const LOG: Retention = { property: 'delta.logRetentionDuration', defaultMs: 30 * 86_400_000 };

/** How long a table keeps something, in ms; null if the property is not an interval: then nothing may be deleted. */
export function statedRetention(
  configuration: Readonly<Record<string, string>>,
  { property, defaultMs }: Retention,
): number | null {
  const text = ownValue(configuration, property);
  return text === undefined ? defaultMs : parseInterval(text);
}

/**
 * How long a table keeps something, in ms, for code that is about to delete the rest.
 * @throws DeltaError unreadable-property: it is unclear what the table wants to keep, so nothing may be deleted
 */
export function retentionMs(
  configuration: Readonly<Record<string, string>>,
  retention: Retention,
  table: string,
): number {
  const stated = statedRetention(configuration, retention);
  if (stated !== null) return stated;
  const { property } = retention;
  const value = ownValue(configuration, property) ?? '';
  throw new DeltaError(
    'unreadable-property',
    `Nothing of ${table} was deleted: its property ${property} is "${value}", which is not an interval that Delta allows, so it is unclear how long the table keeps its files. Set it to an interval such as "interval 30 days"; Delta refuses months and years because they have no fixed length.`,
    { facts: { table, property, value } },
  );
}

/**
 * What was made before this instant need not be kept, in epoch ms. If the property cannot be read, everything is kept.
 * For code that only forgets and deletes nothing.
 */
export function keptSince(
  configuration: Readonly<Record<string, string>>,
  retention: Retention,
  nowMs: number,
): number {
  return nowMs - (statedRetention(configuration, retention) ?? Infinity);
}
