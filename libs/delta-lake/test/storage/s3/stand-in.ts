import { AwsV4Signer } from 'aws4fetch';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { answer, type Answer, errorAnswer, listing } from './stand-in-answers.ts';

export const STAND_IN_KEYS = { accessKeyId: 'stand-in', secretAccessKey: 'stand-in-secret' } as const;

/** What becomes of a request instead of its answer. */
export type Fault =
  /** Answered so, not carried out. */
  | { readonly kind: 'status'; readonly status: number; readonly code: string; readonly retryAfter?: string }
  /** Not carried out, the connection cut. */
  | { readonly kind: 'cut' }
  /** Carried out, the connection cut before the answer. */
  | { readonly kind: 'lost' }
  /** Carried out, the connection cut in the middle of the answer's body. */
  | { readonly kind: 'torn' }
  /** Carried out (or not), and never answered. */
  | { readonly kind: 'silent'; readonly isCarriedOut: boolean };

export interface StandInOptions {
  /**
   * What `If-None-Match: *` on a PUT does: `atomic` as AWS S3; `ignored` as Garage 2.4; `racy`: checked, and then
   * written a moment later, as versitygw 1.7. Default atomic.
   */
  readonly conditionalPut?: 'atomic' | 'ignored' | 'racy';
  /** Objects per page of a listing; default 1000. */
  readonly pageSize?: number;
  /** Asked once per request, in order of arrival. */
  readonly fault?: (request: {
    readonly method: string;
    readonly key: string;
    readonly query: URLSearchParams;
  }) => Fault | null;
}

interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An S3 server over real HTTP in this process, with one bucket: `bucket`. */
export class StandIn implements AsyncDisposable {
  readonly objects: Map<string, StoredObject> = new Map();
  /** Uploads begun and neither completed nor aborted. */
  readonly uploads: Map<string, Map<number, Buffer>> = new Map();
  readonly #options: StandInOptions;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #uploadCount = 0;

  constructor(options: StandInOptions = {}) {
    this.#options = options;
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const url = new URL(request.url ?? '/', this.endpoint);
    const key = decodeURIComponent(url.pathname).replace(/^\/bucket\/?/, '');
    const method = request.method ?? '';
    const fault = this.#options.fault?.({ method, key, query: url.searchParams }) ?? null;
    if (fault?.kind === 'cut') return void request.socket.destroy();
    if (fault?.kind === 'silent' && !fault.isCarriedOut) return;
    const result =
      fault?.kind === 'status'
        ? errorAnswer(
            fault.status,
            fault.code,
            fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
          )
        : await this.#carryOut(request, url, key, Buffer.concat(chunks));
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'lost') return void request.socket.destroy();
    response.writeHead(result.status, {
      ...result.headers,
      'content-length': result.length ?? result.body.length,
    });
    if (fault?.kind === 'torn') {
      response.write(result.body.subarray(0, result.body.length / 2), () => request.socket.destroy());
    } else response.end(method === 'HEAD' ? undefined : result.body);
  }

  async #carryOut(request: IncomingMessage, url: URL, key: string, body: Buffer): Promise<Answer> {
    const refusal = await checkSignature(request, url, body);
    if (refusal !== null) return refusal;
    if (!/^\/bucket(\/|$)/.test(url.pathname)) return errorAnswer(404, 'NoSuchBucket');
    const query = url.searchParams;
    switch (request.method ?? 'GET') {
      case 'PUT':
        return query.has('uploadId') ? this.#uploadPart(query, body) : this.#put(request, key, body);
      case 'POST':
        return query.has('uploads') ? this.#createUpload() : this.#completeUpload(query, key, body);
      case 'DELETE':
        if (query.has('uploadId')) this.uploads.delete(query.get('uploadId') ?? '');
        else this.objects.delete(key);
        return answer(204);
      default:
        if (key !== '') return this.#get(request, key);
        return listing(
          [...this.objects].map(([name, found]) => ({
            key: name,
            bytes: found.body.length,
            modifiedAtMs: found.modifiedAtMs,
          })),
          query,
          this.#options.pageSize ?? 1000,
        );
    }
  }

  async #put(request: IncomingMessage, key: string, body: Buffer): Promise<Answer> {
    const { conditionalPut = 'atomic' } = this.#options;
    const isConditional = request.headers['if-none-match'] === '*' && conditionalPut !== 'ignored';
    if (isConditional && this.objects.has(key)) return errorAnswer(412, 'PreconditionFailed');
    if (conditionalPut === 'racy') await wait(1);
    return this.#store(key, body, request);
  }

  #store(key: string, body: Buffer, request?: IncomingMessage): Answer {
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    const metadata = Object.fromEntries(
      Object.entries(request?.headers ?? {}).flatMap(([name, value]) =>
        name.startsWith('x-amz-meta-') && typeof value === 'string' ? [[name, value]] : [],
      ),
    );
    this.objects.set(key, { body, etag, modifiedAtMs: Date.now(), metadata });
    return answer(200, '', { etag });
  }

  #get(request: IncomingMessage, key: string): Answer {
    const found = this.objects.get(key);
    if (!found) return errorAnswer(404, 'NoSuchKey');
    const { body, etag, metadata } = found;
    const headers = { ...metadata, etag, 'last-modified': new Date(found.modifiedAtMs).toUTCString() };
    if (request.method === 'HEAD') return { status: 200, headers, body: Buffer.of(), length: body.length };
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (range === null) return { status: 200, headers, body };
    const start = Number(range[1]);
    const end = Math.min(Number(range[2]) + 1, body.length);
    if (start >= body.length) {
      return errorAnswer(416, 'InvalidRange', { 'content-range': `bytes */${body.length}` });
    }
    return {
      status: 206,
      headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${body.length}` },
      body: body.subarray(start, end),
    };
  }

  #createUpload(): Answer {
    const id = `upload-${this.#uploadCount++}`;
    this.uploads.set(id, new Map());
    return answer(
      200,
      `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  }

  #uploadPart(query: URLSearchParams, body: Buffer): Answer {
    const parts = this.uploads.get(query.get('uploadId') ?? '');
    if (!parts) return errorAnswer(404, 'NoSuchUpload');
    parts.set(Number(query.get('partNumber')), body);
    return answer(200, '', { etag: `"${createHash('md5').update(body).digest('hex')}"` });
  }

  #completeUpload(query: URLSearchParams, key: string, body: Buffer): Answer {
    const id = query.get('uploadId') ?? '';
    const parts = this.uploads.get(id);
    if (!parts) return errorAnswer(404, 'NoSuchUpload');
    const numbers = Array.from(body.toString().matchAll(/<PartNumber>(\d+)</g), ([, number]) =>
      Number(number),
    );
    if (numbers.length === 0 || numbers.some((number) => !parts.has(number)))
      return errorAnswer(400, 'InvalidPart');
    this.uploads.delete(id);
    const { headers } = this.#store(
      key,
      Buffer.concat(numbers.map((number) => parts.get(number) ?? Buffer.of())),
    );
    return answer(
      200,
      `<CompleteMultipartUploadResult><ETag>${headers['etag']}</ETag></CompleteMultipartUploadResult>`,
    );
  }
}

/** Signs again what came, with the headers that the client says it signed, and compares. */
async function checkSignature(request: IncomingMessage, url: URL, body: Buffer): Promise<Answer | null> {
  const given = request.headers.authorization ?? '';
  const [, accessKeyId, region] = /Credential=([^/]+)\/\d+\/([^/]+)\/s3\/aws4_request/.exec(given) ?? [];
  if (accessKeyId === undefined || region === undefined) return errorAnswer(403, 'AccessDenied');
  if (accessKeyId !== STAND_IN_KEYS.accessKeyId) return errorAnswer(403, 'InvalidAccessKeyId');
  const names = /SignedHeaders=([^,]+)/.exec(given)?.[1]?.split(';') ?? [];
  const headers = names
    .filter((name) => name !== 'host' && name !== 'x-amz-date')
    .map((name): [string, string] => [name, String(request.headers[name] ?? '')]);
  const signer = new AwsV4Signer({
    ...STAND_IN_KEYS,
    method: request.method ?? '',
    url: url.href,
    headers,
    service: 's3',
    region,
    datetime: String(request.headers['x-amz-date']),
  });
  if ((await signer.authHeader()) !== given) return errorAnswer(403, 'SignatureDoesNotMatch');
  const hash = createHash('sha256').update(body).digest('hex');
  return request.headers['x-amz-content-sha256'] === hash
    ? null
    : errorAnswer(400, 'XAmzContentSHA256Mismatch');
}
