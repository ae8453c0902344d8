import { DeltaError } from '../../errors.ts';
import type { S3Options } from './options.ts';

/** A place in a bucket. */
export interface S3Location {
  readonly bucket: string;
  /** Empty, or ends with '/'. */
  readonly prefix: string;
}

/** Whether an address is one of S3; `s3a://` and `s3n://` are what Hadoop calls it. */
export function isS3Url(address: string): boolean {
  return /^s3[an]?:\/\//i.test(address);
}

/**
 * Reads `s3://bucket/path/to/table`.
 * @throws DeltaError invalid-argument
 */
export function parseS3Url(address: string): S3Location {
  const match = /^s3[an]?:\/\/([^/?#@:]+)(?:\/(.*))?$/is.exec(address);
  const bucket = match?.[1];
  if (bucket === undefined) {
    throw new DeltaError('invalid-argument', `The address ${address} is not of the form s3://bucket/path.`);
  }
  const path = (match?.[2] ?? '').replace(/\/+$/, '');
  checkPath(path);
  return { bucket, prefix: path === '' ? '' : `${path}/` };
}

/**
 * Refuses parts that a URL's path would drop, so that the request would reach another object.
 * @throws DeltaError invalid-argument
 */
function checkPath(path: string): void {
  if (path.startsWith('/') || path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new DeltaError(
      'invalid-argument',
      `The path ${path} begins with "/" or has a segment "." or "..", which a URL cannot express.`,
      { facts: { path } },
    );
  }
}

/** Makes the URL of an object (or, with an empty key, of the bucket) and a query. */
export type S3Addresser = (bucket: string, key: string, query: Readonly<Record<string, string>>) => string;

/**
 * Chooses host and style once. The returned function escapes as AWS signs (RFC 3986, '/' kept), so that what is signed
 * is what is sent.
 * @throws DeltaError invalid-argument when the endpoint is not an http(s) URL, or has a user, a path or a query
 */
export function addresser(options: S3Options): S3Addresser {
  const region = options.region ?? DEFAULT_REGION;
  const endpoint = endpointOf(options.endpoint ?? `https://s3.${region}.amazonaws.com`);
  const pathStyle = options.pathStyle ?? options.endpoint !== undefined;
  return (bucket, key, query) => {
    // A certificate for *.s3… does not cover a bucket with dots.
    const isPath = pathStyle || (bucket.includes('.') && endpoint.protocol === 'https:');
    const host = isPath ? `${endpoint.host}/${escape(bucket)}` : `${bucket}.${endpoint.host}`;
    const path = key.split('/').map(escape).join('/');
    const search = Object.entries(query)
      .map(([name, value]) => `${escape(name)}=${escape(value)}`)
      .join('&');
    return `${endpoint.protocol}//${host}/${path}${search === '' ? '' : `?${search}`}`;
  };
}

/** What a store without a region of its own expects in signatures. */
export const DEFAULT_REGION = 'us-east-1';

function endpointOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new DeltaError('invalid-argument', 'The S3 endpoint is not of the form http://host:port.');
  }
  // Not shown: it may hold a password.
  if (url.username !== '' || url.password !== '') {
    throw new DeltaError(
      'invalid-argument',
      `The S3 endpoint ${url.host} has a user in it: pass credentials instead.`,
    );
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new DeltaError(
      'invalid-argument',
      `The S3 endpoint ${url.origin} has a path; give the host alone.`,
    );
  }
  return url;
}

const escape = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
