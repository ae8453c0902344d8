import { checkText } from '../arguments.ts';
import { DeltaError, unsupportedFeature } from '../errors.ts';
import { ownValue } from '../records.ts';
import { parseInterval } from './interval.ts';

type Check = (value: string) => boolean;

const boolean: Check = (value) => /^(true|false)$/i.test(value);
const interval: Check = (value) => parseInterval(value) !== null;
const count =
  (least: number): Check =>
  (value) =>
    /^-?\d+$/.test(value) && Number.isSafeInteger(Number(value)) && Number(value) >= least;
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value.toLowerCase());
const text: Check = (value) => value.trim() !== '';

/** Properties of the protocol and of Delta Spark that this library sets, with their allowed values. */
const PROPERTIES: Readonly<Record<string, Check>> = {
  'delta.appendOnly': boolean,
  'delta.checkpointInterval': count(1),
  'delta.checkpointPolicy': oneOf('classic', 'v2'),
  'delta.checkpoint.writeStatsAsJson': boolean,
  'delta.checkpoint.writeStatsAsStruct': boolean,
  'delta.logRetentionDuration': interval,
  'delta.deletedFileRetentionDuration': interval,
  'delta.setTransactionRetentionDuration': interval,
  'delta.enableExpiredLogCleanup': boolean,
  'delta.enableChangeDataFeed': boolean,
  'delta.enableDeletionVectors': boolean,
  'delta.enableInCommitTimestamps': boolean,
  'delta.enableTypeWidening': boolean,
  'delta.columnMapping.mode': oneOf('none', 'name', 'id'),
  'delta.dataSkippingNumIndexedCols': count(-1),
  'delta.dataSkippingStatsColumns': text,
  'delta.isolationLevel': oneOf('serializable'),
  'delta.parquet.compression.codec': text,
  'delta.targetFileSize': (value) => /^\d+\s*([kmgt]?b?)$/i.test(value),
  'delta.tuneFileSizesForRewrites': boolean,
  'delta.autoOptimize.autoCompact': text,
  'delta.autoOptimize.optimizeWrite': boolean,
};

/**
 * Checks properties that are about to be set: those that begin with `delta.` must be known and have an allowed value.
 * @throws DeltaError unsupported-feature, naming the property; invalid-argument for a value that it cannot have
 */
export function checkProperties(configuration: Readonly<Record<string, string>>, table: string): void {
  for (const [name, value] of Object.entries(configuration)) {
    checkText(`the name of a property of ${table}`, name);
    checkText(`the property "${name}" of ${table}`, value);
    if (!name.startsWith('delta.') || name.startsWith('delta.feature.')) continue;
    const check = ownValue(PROPERTIES, name);
    if (!check) throw unsupportedFeature(name, 'write', table);
    if (check(value)) continue;
    throw new DeltaError('invalid-argument', `The table property ${name} of ${table} cannot be "${value}".`, {
      facts: { table, property: name },
    });
  }
}

/** Whether a boolean table property is on. */
export function isOn(configuration: Readonly<Record<string, string>>, name: string): boolean {
  return ownValue(configuration, name)?.toLowerCase() === 'true';
}
