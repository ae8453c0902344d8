import { fileURLToPath } from 'node:url';
import { DeltaError } from '../errors.ts';
import { type DeletionVectorDescriptor, deletionVectorId } from './deletion-vector.ts';

/** A path as the log wants it: URI-encoded (RFC 2396). `a=b%2Fc/x.parquet` becomes `a=b%252Fc/x.parquet`. */
export function encodePath(path: string): string {
  return encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}

/**
 * The other direction of {@link encodePath}.
 * @throws DeltaError corrupt-log when the path is not URI-encoded.
 */
export function decodePath(path: string): string {
  let cause: unknown;
  try {
    const plain = decodeURIComponent(path);
    // No file is called so, and no store can be asked for it.
    if (!plain.includes('\0')) return plain;
  } catch (error) {
    cause = error;
  }
  throw new DeltaError('corrupt-log', `The path "${path}" in the log is not URI-encoded.`, {
    cause,
    facts: { path },
  });
}

/** Whether a path of the log stands for itself and not below the table's root. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(path);
}

/**
 * Key of log replay: the path in one spelling, and the deletion vector. `file:/x`, `file:///x` and `/x` are one
 * file, as they are to Spark.
 */
export function fileKey(file: {
  readonly path: string;
  readonly deletionVector?: DeletionVectorDescriptor;
}): string {
  const path = file.path.startsWith('file:') ? file.path.replace(/^file:\/*/, '/') : file.path;
  return file.deletionVector ? `${path}#${deletionVectorId(file.deletionVector)}` : path;
}

/** An absolute path of the log, decoded, in one spelling: `/x` for a file, `s3://` for what Hadoop calls `s3a://`. */
export function plainAddress(path: string): string {
  return decodePath(path.replace(/^file:\/*/, '/').replace(/^s3[an]:/i, 's3:'));
}

/** Absolute address of a path of the log: a local path for a table on disk, else a URL. */
export function absolutePath(tableUrl: string, path: string): string {
  if (isAbsolutePath(path)) return plainAddress(path);
  const root = tableUrl.startsWith('file:') ? fileURLToPath(tableUrl) : tableUrl;
  return `${root.replace(/\/+$/, '')}/${decodePath(path)}`;
}

/** Key, in the table's store, of a path of the log; null for a file that lies elsewhere. */
export function tableKey(tableUrl: string, path: string): string | null {
  if (!isAbsolutePath(path)) return decodePath(path).replace(/^(\.\/)+/, '');
  const root = absolutePath(tableUrl, '');
  const whole = absolutePath(tableUrl, path);
  return whole.startsWith(root) ? whole.slice(root.length) : null;
}

/**
 * A file's path relative to the table's root, from a relative or absolute one, not encoded.
 * @throws DeltaError invalid-argument when it lies outside the table.
 */
export function relativePath(tableUrl: string, path: string): string {
  if (!isAbsolutePath(path)) {
    const clean = path.replace(/^(\.\/)+/, '');
    if (clean === '' || clean.split('/').includes('..')) throw outside(tableUrl, path);
    return clean;
  }
  const root = tableUrl.startsWith('file:') ? fileURLToPath(tableUrl) : tableUrl;
  const plain = path.startsWith('file:') ? fileURLToPath(path) : path;
  const prefix = `${root.replace(/\/+$/, '')}/`;
  if (!plain.startsWith(prefix) || plain.length === prefix.length) throw outside(tableUrl, path);
  return plain.slice(prefix.length);
}

function outside(tableUrl: string, path: string): DeltaError {
  return new DeltaError(
    'invalid-argument',
    `The data file ${path} does not lie below the table ${tableUrl}.`,
    {
      facts: { path, table: tableUrl },
    },
  );
}
