import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { ChannelCredentials, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Endpoint } from './connection-string.ts';
import { RpcFailure } from './rpc-failure.ts';

/** What can be set about the connection itself. */
export interface ChannelOptions {
  /**
   * Milliseconds without traffic after which an open call sends a keepalive ping. Servers refuse pings more often than
   * every five minutes.
   */
  readonly keepaliveMs?: number;
  /** Root certificates for the server's certificate, PEM; default: those of Node. */
  readonly rootCertificates?: Buffer;
}

/** gRPC calls to one server. Fails with {@link RpcFailure}, or with the signal's reason; retries nothing. */
export class Channel {
  readonly #client: Client;
  readonly #endpoint: Endpoint;

  constructor(endpoint: Endpoint, options: ChannelOptions = {}) {
    this.#endpoint = endpoint;
    const secrets: ChannelCredentials = endpoint.isSecure
      ? credentials.createSsl(options.rootCertificates ?? null)
      : credentials.createInsecure();
    this.#client = new Client(`${endpoint.host}:${endpoint.port}`, secrets, {
      'grpc.max_send_message_length': endpoint.maxMessageBytes,
      'grpc.max_receive_message_length': endpoint.maxMessageBytes,
      'grpc.keepalive_time_ms': options.keepaliveMs ?? 310_000,
      'grpc.keepalive_timeout_ms': 20_000,
      // Notice soon when a server is back; retry.ts waits between calls.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 5000,
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
      // gRPC would read the proxy from the environment.
      'grpc.enable_http_proxy': 0,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** One request, one answer. */
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    signal?: AbortSignal,
  ): Promise<MessageShape<O>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const call = this.#client.makeUnaryRequest(
        pathOf(method),
        serializer(method),
        deserializer(method),
        create(method.input, request),
        this.#metadata(),
        (error, answer) => {
          signal?.removeEventListener('abort', abort);
          if (error !== null) reject(failureOf(method, error, signal));
          else if (answer === undefined) reject(new TypeError(`${method.name} ended without an answer`));
          else resolve(answer);
        },
      );
      const abort = (): void => call.cancel();
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /**
   * One request, many answers, pulled: answers that are not read yet wait at the server. Leaving the loop ends the
   * call.
   */
  async *stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    signal?: AbortSignal,
  ): AsyncGenerator<MessageShape<O>, void, undefined> {
    signal?.throwIfAborted();
    const call = this.#client.makeServerStreamRequest(
      pathOf(method),
      serializer(method),
      deserializer(method),
      create(method.input, request),
      this.#metadata(),
    );
    const abort = (): void => call.cancel();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      for await (const answer of call) yield answer as MessageShape<O>;
    } catch (error) {
      throw failureOf(method, error, signal);
    } finally {
      signal?.removeEventListener('abort', abort);
      call.cancel();
    }
  }

  /** Ends the connection; open calls fail. */
  close(): void {
    this.#client.close();
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(this.#endpoint.headers)) metadata.set(name, value);
    if (this.#endpoint.token !== undefined) metadata.set('authorization', `Bearer ${this.#endpoint.token}`);
    return metadata;
  }
}

const pathOf = (method: DescMethod): string => `/${method.parent.typeName}/${method.name}`;

const serializer =
  <I extends DescMessage>(method: { readonly input: I }) =>
  (message: MessageShape<I>): Buffer => {
    const bytes = toBinary(method.input, message);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };

const deserializer =
  <O extends DescMessage>(method: { readonly output: O }) =>
  (bytes: Buffer): MessageShape<O> =>
    fromBinary(method.output, bytes);

function failureOf(method: DescMethod, error: unknown, signal: AbortSignal | undefined): unknown {
  if (!isServiceError(error)) return error;
  return signal?.aborted === true && error.code === status.CANCELLED
    ? signal.reason
    : new RpcFailure(method.name, error);
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && 'metadata' in error;
