import { DeltaError } from '../../errors.ts';
import { certificateProblem } from './certificate.ts';
import type { S3Answer } from './request.ts';
import { text } from './xml.ts';

/** The request, for the message: `GetObject` of `s3://bucket/key`. */
export interface Asked {
  readonly operation: string;
  readonly address: string;
}

/** Codes by which S3 and compatible stores refuse the credentials. */
const BAD_CREDENTIALS: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
]);

/** The S3 error code of an answer, empty if it has none (HEAD, or no XML). */
export function codeOf(answer: Pick<S3Answer, 'body'>): string {
  return answer.body.byteLength === 0 ? '' : (text(utf8(answer.body), 'Code') ?? '');
}

/**
 * The error for an unexpected answer. The server's sentence is left out if it may repeat what was signed.
 */
export function failureOf(asked: Asked, answer: S3Answer): DeltaError {
  const { operation, address } = asked;
  const { status, attempts } = answer;
  const code = codeOf(answer);
  const facts = { operation, address, status, code, attempts };
  const what = `${operation} of ${address} was answered ${status}${code === '' ? '' : ` ${code}`}`;
  if (code === 'NoSuchBucket') {
    return new DeltaError(
      'no-such-bucket',
      `${what}: the bucket does not exist, or the endpoint belongs to another service. Check both.`,
      { facts },
    );
  }
  if (code === 'RequestTimeTooSkewed') {
    return new DeltaError('access-denied', `${what}: the clock of this machine is wrong; set it.`, { facts });
  }
  if (BAD_CREDENTIALS.has(code)) {
    return new DeltaError(
      'access-denied',
      `${what}: check the access key, the secret key and their expiry.`,
      {
        facts,
      },
    );
  }
  if (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed') {
    const region = answer.headers.get('x-amz-bucket-region') ?? text(utf8(answer.body), 'Region');
    const hint = region === null ? 'check endpoint and region' : `the region is ${region}`;
    return new DeltaError('invalid-argument', `${what}: ${hint}.`, { facts });
  }
  if (status === 401 || status === 403) {
    return new DeltaError(
      'access-denied',
      `${what}: these credentials do not allow it (if they do not allow listing either, a missing key gets the same answer).`,
      { facts },
    );
  }
  if (status === 404) return new DeltaError('object-not-found', `There is no object ${address}.`, { facts });
  if (status >= 500 || status === 429 || status === 408 || status === 409) {
    return new DeltaError('store-failed', `${what} in ${attempts} attempts: try again later.`, { facts });
  }
  const message = text(utf8(answer.body), 'Message');
  return new DeltaError('invalid-argument', `${what}${message === null ? '' : `: ${message}`}.`, { facts });
}

/** The error for a request that got no whole answer in any attempt. */
export function unreachable(asked: Asked, attempts: number, cause: unknown): DeltaError {
  const { operation, address } = asked;
  const advice = certificateProblem(cause) ?? 'check the endpoint and the network';
  return new DeltaError(
    'store-failed',
    `${operation} of ${address} got no answer in ${attempts} attempts (${reasonOf(cause)}): ${advice}.`,
    { cause, facts: { operation, address, attempts } },
  );
}

/** The reason of a failed fetch. Its message is only "fetch failed"; the reason is one or two causes down. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return error.message === '' ? code : error.message;
}

export const utf8 = (body: Uint8Array): string => new TextDecoder().decode(body);
