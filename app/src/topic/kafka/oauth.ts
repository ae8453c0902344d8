import { readFile } from 'node:fs/promises';
import { ContrailError } from '../../errors.ts';

/** Where tokens come from. */
export interface TokenOptions {
  /** A token endpoint (`https:`), or a file with a token that another program keeps fresh (`file:`). */
  readonly url: string;
  /** Client credentials for an endpoint. */
  readonly clientId: string | null;
  readonly clientSecret: { reveal(): string } | null;
  readonly scope: string | null;
  readonly fetch: typeof globalThis.fetch;
  readonly timeout: (ms: number) => AbortSignal;
}

const TIMEOUT_MS = 4_000;
const MOST_BYTES = 65_536;

/**
 * Gets an access token for SASL/OAUTHBEARER. It is called at each connection and each time before the broker ends a
 * session, so no token is kept here. Source: KIP-255, KIP-768; RFC 6749 sections 4.4 and 5.
 * @throws ContrailError `invalid` / `kafka-token-refused` when the endpoint refuses the client or the file does not
 * exist; `unavailable` / `kafka-token-unavailable` otherwise.
 */
export function tokenSource(options: TokenOptions): () => Promise<string> {
  return options.url.startsWith('file:') ? () => fromFile(options.url) : () => fromEndpoint(options);
}

async function fromFile(url: string): Promise<string> {
  try {
    const token = (await readFile(new URL(url), 'utf8')).trim();
    if (token !== '') return token;
  } catch (cause) {
    throw refused(`the file ${url} cannot be read (${String(cause)})`);
  }
  throw unavailable(`the file ${url} is empty`);
}

async function fromEndpoint({
  url,
  clientId,
  clientSecret,
  scope,
  fetch,
  timeout,
}: TokenOptions): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId ?? '',
    client_secret: clientSecret?.reveal() ?? '',
    ...(scope === null ? {} : { scope }),
  });
  let response: Response;
  let body: unknown;
  try {
    // The form holds the secret: send it to the configured address only, and follow no redirect.
    const request = { method: 'POST', body: form, redirect: 'manual', signal: timeout(TIMEOUT_MS) } as const;
    response = await fetch(url, request);
    body = await readJson(response);
  } catch (cause) {
    throw unavailable(`${url} cannot be reached (${String(cause)})`);
  }
  if (response.status === 400 || response.status === 401 || response.status === 403) {
    throw refused(`${url} answered ${response.status}`);
  }
  const token = (body as { readonly access_token?: unknown } | null)?.access_token;
  if (response.ok && typeof token === 'string') return token;
  throw unavailable(`${url} answered ${response.status} without a token`);
}

/** The answer; null if it is not JSON, or longer than any token. */
async function readJson({ body }: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

function refused(reason: string): ContrailError {
  return new ContrailError(
    'kafka-token-refused',
    `Cannot get a token for Kafka: ${reason}. Check KAFKA_OAUTH_TOKEN_URL, KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_OAUTH_SCOPE.`,
  );
}

function unavailable(reason: string): ContrailError {
  return new ContrailError('kafka-token-unavailable', `Cannot get a token for Kafka: ${reason}.`);
}
