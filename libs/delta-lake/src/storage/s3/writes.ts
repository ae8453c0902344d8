import type { S3Client } from './client.ts';
import { createObject, probeConditionalPut, writesRefused } from './conditional-put.ts';
import type { S3Options } from './options.ts';
import { singleWrites } from './single-writer.ts';
import type { Writes } from './write-mode.ts';

/**
 * Hosts of services whose documentation promises an atomic conditional PUT. Sources: Amazon S3, "Conditional writes";
 * Cloudflare R2, "S3 API compatibility".
 */
const KNOWN_HOSTS = /(^|\.)(amazonaws\.com(\.cn)?|r2\.cloudflarestorage\.com)$/;

/** Whether an endpoint (absent: AWS S3) belongs to a service that is known to create objects atomically. */
export function isAtomicEndpoint(endpoint?: string): boolean {
  return endpoint === undefined || KNOWN_HOSTS.test(new URL(endpoint).hostname);
}

/** The mode that the options ask for; `root` is where the store begins, empty or ending with '/'. */
export function writesOf(client: S3Client, root: string, options: S3Options): Writes {
  const { singleWriter = false } = options;
  if (singleWriter !== false) return singleWrites(client, singleWriter === true ? {} : singleWriter);
  return (options.conditionalPut ?? isAtomicEndpoint(options.endpoint))
    ? conditionalWrites(client, root)
    : refusedWrites(client, root);
}

function conditionalWrites(client: S3Client, root: string): Writes {
  let probe: Promise<void> | null = null;
  const check = (): Promise<void> => {
    probe ??= probeConditionalPut(client, root).catch((error: unknown) => {
      // The next write asks again: the store may only have been out of reach.
      probe = null;
      throw error;
    });
    return probe;
  };
  return {
    check,
    claim: check,
    create: (key, body) => createObject(client, key, body),
    release: async () => undefined,
  };
}

function refusedWrites(client: S3Client, root: string): Writes {
  const refuse = async (): Promise<never> => {
    throw writesRefused(
      client,
      root,
      'this store may be unable to create objects atomically, and then of two writers one would silently lose its commits',
      'Set `conditionalPut: true` for a store that can (MinIO), or `singleWriter: true` if this program is the only writer.',
    );
  };
  return { check: refuse, claim: refuse, create: refuse, release: async () => undefined };
}
