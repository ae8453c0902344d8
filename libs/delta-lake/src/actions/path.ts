import { fileURLToPath } from 'node:url';
import { DeltaError } from '../errors.ts';
import { type DeletionVectorDescriptor, deletionVectorId } from './deletion-vector.ts';

/** A path as the log wants it: URI-encoded (RFC 2396). `a=b%2Fc/x.parquet` becomes `a=b%252Fc/x.parquet`. */
export function encodePath(path: string): string {
  return encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}

/**
 * The other direction of {@link encodePath}.
 * @param log names the log in messages
 * @throws DeltaError corrupt-log when the path is not URI-encoded.
 */
export function decodePath(path: string, log = 'the log'): string {
  let cause: unknown;
  try {
    const plain = decodeURIComponent(path);
    // A file cannot have such a name, and a store cannot be asked for it.
    if (!plain.includes('\0')) return plain;
  } catch (error) {
    cause = error;
  }
  throw new DeltaError('corrupt-log', `The path "${path}" in ${log} is not URI-encoded.`, {
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

/** A place by its name, in one spelling: no `.`, no `..`, no empty part. */
interface Address {
  /** Empty for this machine's disk, else `s3://bucket`, `hdfs://host:port`, `memory://store`, … */
  readonly origin: string;
  readonly parts: readonly string[];
}

const IS_WINDOWS = process.platform === 'win32';

/** Hadoop's three names for S3 mean the same, and so do `file:` with and without this machine's name. */
function parseAddress(address: string): { readonly origin: string; readonly path: string } {
  const drive = IS_WINDOWS ? /^(?:file:\/*|\/)?([a-zA-Z]:)([\\/].*)$/s.exec(address) : null;
  if (drive) return { origin: drive[1] ?? '', path: (drive[2] ?? '').replaceAll('\\', '/') };
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*):(?:\/\/([^/]*))?(.*)$/s.exec(address);
  if (!match) return { origin: '', path: address };
  const [, scheme = '', host = '', path = ''] = match;
  const name = scheme.toLowerCase().replace(/^s3[an]$/, 's3');
  if (name === 'file') return { origin: /^(localhost)?$/i.test(host) ? '' : `file://${host}`, path };
  return { origin: `${name}://${host}`, path };
}

/** The parts of a path that begins at `base`; null when it climbs over the beginning of all paths. */
function resolveParts(base: readonly string[], path: string): readonly string[] | null {
  const parts = [...base];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts;
}

function rootOf(tableUrl: string): Address {
  // The URL of a folder is encoded, those of other stores are as people write them.
  const { origin, path } = parseAddress(tableUrl.startsWith('file:') ? fileURLToPath(tableUrl) : tableUrl);
  return { origin, parts: resolveParts([], path) ?? [] };
}

/** The place that a path of the log, or of a caller, leads to; null when it climbs above the root. */
function addressOf(tableUrl: string, path: string, decode: (text: string) => string): Address | null {
  const root = rootOf(tableUrl);
  const { origin, path: text } = isAbsolutePath(path) ? parseAddress(path) : { origin: root.origin, path };
  const parts = resolveParts(isAbsolutePath(path) ? [] : root.parts, decode(text));
  return parts && { origin, parts };
}

const written = ({ origin, parts }: Address): string => `${origin}/${parts.join('/')}`;

/** The parts of an address below a root; null when it is not below. */
function below(root: Address, address: Address | null): readonly string[] | null {
  const isBelow =
    address !== null &&
    address.origin === root.origin &&
    address.parts.length > root.parts.length &&
    root.parts.every((part, depth) => part === address.parts[depth]);
  return isBelow ? address.parts.slice(root.parts.length) : null;
}

/**
 * Absolute address of a path of the log, in one spelling: a local path for a file on disk, else a URL (`s3://` for what
 * Hadoop calls `s3a://`).
 * @throws DeltaError corrupt-log for a path that is not URI-encoded, or leads above everything
 */
export function absolutePath(tableUrl: string, path: string): string {
  const address = addressOf(tableUrl, path, (part) => decodePath(part, `the log of ${tableUrl}`));
  if (address) return written(address);
  throw new DeltaError(
    'corrupt-log',
    `The path "${path}" in the log of ${tableUrl} leads above the root of its store.`,
    {
      facts: { table: tableUrl, path },
    },
  );
}

/** A path with nothing to decode and only plain names, as nearly all are. */
const PLAIN = /^(?!\.{0,2}(?:\/|$))[^%:\0]*$/;
const ODD_PARTS = /\/\.{0,2}(?:\/|$)/;

/**
 * Key, in the table's store, of a path of the log, however it is written; null for a file that lies elsewhere by its
 * name. A key that is answered never leads out of the table's folder. Links are not looked at: `ObjectStore.place` does.
 * @throws DeltaError corrupt-log for a path that is not URI-encoded
 */
export function tableKey(tableUrl: string, path: string): string | null {
  if (PLAIN.test(path) && !ODD_PARTS.test(path)) return path;
  const decode = (part: string): string => decodePath(part, `the log of ${tableUrl}`);
  return below(rootOf(tableUrl), addressOf(tableUrl, path, decode))?.join('/') ?? null;
}

/** The last part of a path of the log, decoded: what a copy of the file would be called elsewhere. */
export function baseName(path: string): string {
  return decodePath(path.slice(path.lastIndexOf('/') + 1));
}

/**
 * A file's path relative to the table's root, from a relative or absolute one, not encoded.
 * @throws DeltaError invalid-argument when it lies outside the table.
 */
export function relativePath(tableUrl: string, path: string): string {
  // Only a `file:` URL is encoded; every other name is taken literally.
  const decode = path.startsWith('file:') ? decodePath : (text: string): string => text;
  const parts = path.includes('\0') ? null : below(rootOf(tableUrl), addressOf(tableUrl, path, decode));
  if (parts) return parts.join('/');
  throw new DeltaError(
    'invalid-argument',
    `The data file ${path} does not lie below the table ${tableUrl}.`,
    { facts: { path, table: tableUrl } },
  );
}
