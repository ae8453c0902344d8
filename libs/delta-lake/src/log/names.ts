/**
 * Names in `_delta_log`. Source: Delta protocol, "Delta Log Entries", "Checkpoints", "Version Checksum File", "Log
 * Compaction Files".
 */

export const LOG_FOLDER = '_delta_log/';
export const LAST_CHECKPOINT = '_delta_log/_last_checkpoint';
export const SIDECAR_FOLDER = '_delta_log/_sidecars/';

/** Whether a key is one of the log, also to a file system that ignores letter case: no data file lies there. */
export function isLogKey(key: string): boolean {
  return key.toLowerCase().startsWith(LOG_FOLDER);
}

/** The twenty digits that every file of a version begins with. */
export function versionPrefix(version: number): string {
  return `${LOG_FOLDER}${String(version).padStart(20, '0')}`;
}

export function commitKey(version: number): string {
  return `${versionPrefix(version)}.json`;
}

export function checksumKey(version: number): string {
  return `${versionPrefix(version)}.crc`;
}

export function checkpointKey(version: number): string {
  return `${versionPrefix(version)}.checkpoint.parquet`;
}

/** What a name in the log folder stands for; null for what a reader has no use for. */
export type LogName =
  | { readonly kind: 'commit'; readonly version: number }
  | { readonly kind: 'checksum'; readonly version: number }
  | { readonly kind: 'checkpoint'; readonly version: number; readonly part: number; readonly parts: number }
  | { readonly kind: 'v2-checkpoint'; readonly version: number }
  /** The commits `version` to `end` in one file. */
  | { readonly kind: 'compacted'; readonly version: number; readonly end: number };

const CLASSIC = /^(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet$/;
const V2 = /^(\d{20})\.checkpoint\.[0-9a-fA-F-]{36}\.(?:json|parquet)$/;
const COMPACTED = /^(\d{20})\.(\d{20})\.compacted\.json$/;
const COMMIT = /^(\d{20})\.(json|crc)$/;

/** Reads a key of a listing of the log folder. */
export function parseLogKey(key: string): LogName | null {
  const name = key.slice(LOG_FOLDER.length);
  const commit = COMMIT.exec(name);
  if (commit) return { kind: commit[2] === 'json' ? 'commit' : 'checksum', version: Number(commit[1]) };
  const classic = CLASSIC.exec(name);
  if (classic) {
    return {
      kind: 'checkpoint',
      version: Number(classic[1]),
      part: Number(classic[2] ?? 1),
      parts: Number(classic[3] ?? 1),
    };
  }
  const v2 = V2.exec(name);
  if (v2) return { kind: 'v2-checkpoint', version: Number(v2[1]) };
  const compacted = COMPACTED.exec(name);
  return compacted ? { kind: 'compacted', version: Number(compacted[1]), end: Number(compacted[2]) } : null;
}
