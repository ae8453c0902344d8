import { checkOptions, invalidArgument, type OptionRules, shown } from '../arguments.ts';

/** A version, or an instant in epoch ms. */
export type PointInTime = { readonly version: number } | { readonly timestampMs: number };

const POINT_IN_TIME: OptionRules<PointInTime> = { version: 'any', timestampMs: 'number' };

/** Checks that a caller gave a version or an instant. */
export function pointInTime(call: string, at: PointInTime): PointInTime {
  checkOptions(call, at, POINT_IN_TIME);
  const { version, timestampMs }: { readonly version?: number; readonly timestampMs?: number } = at;
  if (version !== undefined && timestampMs === undefined) return { version };
  if (version === undefined && timestampMs !== undefined) return { timestampMs };
  throw invalidArgument(`${call} takes { version } or { timestampMs }, not ${shown(at)}`);
}
