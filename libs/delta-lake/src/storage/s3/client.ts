import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { addresser, type S3Addresser, DEFAULT_REGION } from './address.ts';
import { codeOf, failureOf, unreachable } from './failure.ts';
import { Limiter } from './limiter.ts';
import type { S3Credentials, S3Options } from './options.ts';
import type { S3Answer, S3Request } from './request.ts';
import { type Attempt, isPassing, pauseBefore, type RetryLimits, retryLimits } from './retry.ts';

/** The slowest upload that is allowed for, half of a slow mobile uplink: it extends the time-out. */
const SLOWEST_BYTES_PER_MS = 32;

/**
 * The one place that talks to S3. It signs requests (aws4fetch), sends them, limits how many are in progress, retries,
 * and turns unexpected answers into a DeltaError. A body is read within its attempt, so a connection that breaks in the
 * middle of one leads to another attempt, not to half an object.
 */
export class S3Client {
  readonly bucket: string;
  /** See {@link S3Options.partBytes}. */
  readonly partBytes: number;
  readonly #options: S3Options;
  readonly #address: S3Addresser;
  readonly #limits: RetryLimits;
  readonly #limiter: Limiter;
  /** Signing keys by day, kept by aws4fetch. */
  readonly #signingKeys = new Map<string, ArrayBuffer>();

  constructor(bucket: string, options: S3Options) {
    this.bucket = bucket;
    this.partBytes = options.partBytes ?? 8_388_608;
    this.#options = options;
    this.#address = addresser(options);
    this.#limits = retryLimits(options.retry);
    this.#limiter = new Limiter(options.maxRequests ?? 32);
  }

  /**
   * Sends until an expected answer comes.
   * @throws DeltaError store-failed, access-denied, no-such-bucket, object-not-found, invalid-argument; or the signal's
   * reason.
   */
  async send(request: S3Request): Promise<S3Answer> {
    const { signal, random = Math.random } = this.#options;
    const asked = {
      operation: request.operation,
      address: `s3://${this.bucket}/${request.key ?? request.query?.['prefix'] ?? ''}`,
    };
    let isRepeated = false;
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const result = await this.#limiter.run(() => this.#attempt(request, attempt));
      if (result.answer && request.expected.includes(result.answer.status) && !isPassing(result.outcome)) {
        return { ...result.answer, attempts: attempt, isRepeated };
      }
      const pause = pauseBefore(
        { attempt: attempt + 1, last: result.outcome },
        this.#limits,
        random(),
        this.#now(),
      );
      if (pause === null || !(await this.#pause(pause))) {
        if (result.answer) throw failureOf(asked, { ...result.answer, attempts: attempt, isRepeated });
        throw unreachable(asked, attempt, result.cause);
      }
      // The request may not have arrived, or may have been carried out and its answer lost.
      isRepeated = true;
    }
  }

  /** Waits before another attempt; false if there is no further attempt. */
  async #pause(ms: number): Promise<boolean> {
    const { signal, retryUntil } = this.#options;
    const ends = [signal, retryUntil].filter((end) => end !== undefined);
    try {
      return await wait(ms, true, { signal: AbortSignal.any(ends) });
    } catch {
      signal?.throwIfAborted();
      return false;
    }
  }

  #now(): number {
    return (this.#options.clock ?? Date.now)();
  }

  async #attempt(
    request: S3Request,
    attempt: number,
  ): Promise<{
    readonly outcome: Attempt;
    readonly answer?: Omit<S3Answer, 'attempts' | 'isRepeated'>;
    readonly cause?: unknown;
  }> {
    const { signal, onRequest, fetch: send = fetch } = this.#options;
    const bytesSent = request.body === undefined ? 0 : Buffer.byteLength(request.body);
    const started = performance.now();
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    const silence = new Silence(stop, this.#limits.timeoutMs);
    let status: number | null = null;
    let bytesReceived = 0;
    try {
      const { url, headers } = await this.#sign(request);
      silence.restart(bytesSent / SLOWEST_BYTES_PER_MS);
      const response = await send(url, {
        method: request.method,
        headers,
        // A store in another region redirects; a signature does not survive that.
        redirect: 'manual',
        signal: stop.signal,
        ...(request.body === undefined ? {} : { body: request.body as Uint8Array<ArrayBuffer> | string }),
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body ?? []) {
        silence.restart();
        chunks.push(chunk as Uint8Array);
        bytesReceived += (chunk as Uint8Array).byteLength;
      }
      status = response.status;
      const body = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
      const code = response.ok && request.method !== 'POST' ? '' : codeOf({ body });
      const answer = {
        // CompleteMultipartUpload can begin with 200 and end in an error document.
        status: response.ok && code !== '' ? 500 : status,
        headers: response.headers,
        body,
      };
      const retryAfter = response.headers.get('retry-after');
      return { outcome: { kind: 'answered', status: answer.status, code, retryAfter }, answer };
    } catch (cause) {
      signal?.throwIfAborted();
      return { outcome: { kind: 'broken' }, cause };
    } finally {
      silence.end();
      signal?.removeEventListener('abort', onAbort);
      const durationMs = performance.now() - started;
      const { operation, key = '' } = request;
      onRequest?.({ operation, key, attempt, status, durationMs, bytesSent, bytesReceived });
    }
  }

  async #sign(request: S3Request): Promise<{ readonly url: string; readonly headers: Headers }> {
    const url = this.#address(this.bucket, request.key ?? '', request.query ?? {});
    const headers = new Headers(request.headers);
    // The store checks the hash, so a body that was damaged on its way is refused, even over plain http.
    headers.set(
      'x-amz-content-sha256',
      createHash('sha256')
        .update(request.body ?? '')
        .digest('hex'),
    );
    const credentials = await this.#credentials();
    if (credentials !== null) {
      const signer = new AwsV4Signer({
        ...credentials,
        method: request.method,
        url,
        headers,
        service: 's3',
        region: this.#options.region ?? DEFAULT_REGION,
        cache: this.#signingKeys,
        datetime: new Date(this.#now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
      });
      const signed = await signer.sign();
      signed.headers.forEach((value, name) => headers.set(name, value));
    }
    // After signing: proxies rewrite it. Without it, fetch asks for gzip.
    headers.set('accept-encoding', 'identity');
    return { url, headers };
  }

  async #credentials(): Promise<S3Credentials | null> {
    const { credentials } = this.#options;
    return typeof credentials === 'function' ? await credentials() : (credentials ?? null);
  }
}

/** Aborts a request when nothing was heard for a while. */
class Silence {
  readonly #stop: AbortController;
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(stop: AbortController, timeoutMs: number) {
    this.#stop = stop;
    this.#timeoutMs = timeoutMs;
  }

  restart(extraMs: number = 0): void {
    clearTimeout(this.#timer);
    const ms = this.#timeoutMs + extraMs;
    this.#timer = setTimeout(() => this.#stop.abort(new Error(`no answer for ${Math.round(ms)} ms`)), ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
