import {
  create,
  type DescMethod,
  fromBinary,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { anyPack, DurationSchema } from '@bufbuild/protobuf/wkt';
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  status,
} from '@grpc/grpc-js';
import { encodeRows } from '../src/arrow/encode.ts';
import type { Clock } from '../src/clock.ts';
import { ErrorInfoSchema, RetryInfoSchema, StatusSchema } from '../src/gen/google/rpc/status_pb.ts';
import {
  type AnalyzePlanRequestSchema,
  type AnalyzePlanResponseSchema,
  type CloneSessionRequestSchema,
  type CloneSessionResponseSchema,
  type ConfigRequestSchema,
  type ConfigResponseSchema,
  type ExecutePlanRequestSchema,
  type ExecutePlanResponseSchema,
  type FetchErrorDetailsRequestSchema,
  type FetchErrorDetailsResponseSchema,
  type InterruptRequestSchema,
  type InterruptResponseSchema,
  type ReattachExecuteRequestSchema,
  type ReleaseExecuteRequestSchema,
  type ReleaseSessionRequestSchema,
  SparkConnectService,
} from '../src/gen/spark/connect/connect_pb.ts';

type Responses = AsyncIterable<MessageInitShape<typeof ExecutePlanResponseSchema>>;

/** What a test makes of the server's calls; what it leaves out is answered as a quiet server would. */
export interface FakeCalls {
  executePlan(request: MessageShape<typeof ExecutePlanRequestSchema>): Responses;
  reattachExecute(request: MessageShape<typeof ReattachExecuteRequestSchema>): Responses;
  analyzePlan(
    request: MessageShape<typeof AnalyzePlanRequestSchema>,
  ): MessageInitShape<typeof AnalyzePlanResponseSchema>;
  config(request: MessageShape<typeof ConfigRequestSchema>): MessageInitShape<typeof ConfigResponseSchema>;
  interrupt(
    request: MessageShape<typeof InterruptRequestSchema>,
  ): MessageInitShape<typeof InterruptResponseSchema>;
  cloneSession(
    request: MessageShape<typeof CloneSessionRequestSchema>,
  ): MessageInitShape<typeof CloneSessionResponseSchema>;
  releaseExecute(request: MessageShape<typeof ReleaseExecuteRequestSchema>): object;
  releaseSession(request: MessageShape<typeof ReleaseSessionRequestSchema>): object;
  fetchErrorDetails(
    request: MessageShape<typeof FetchErrorDetailsRequestSchema>,
  ): MessageInitShape<typeof FetchErrorDetailsResponseSchema>;
}

/** A call that fails, as Spark's server lets it fail. */
export class FakeFailure extends Error {
  readonly code: status;
  readonly metadata: Metadata;

  constructor(
    code: status,
    message: string,
    options: { readonly info?: Readonly<Record<string, string>>; readonly retryAfterMs?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.metadata = new Metadata();
    const details = [];
    if (options.info !== undefined)
      details.push(
        anyPack(
          ErrorInfoSchema,
          create(ErrorInfoSchema, { reason: 'x.Y', domain: 'org.apache.spark', metadata: options.info }),
        ),
      );
    if (options.retryAfterMs !== undefined) {
      const retryDelay = create(DurationSchema, {
        seconds: BigInt(Math.trunc(options.retryAfterMs / 1000)),
        nanos: (options.retryAfterMs % 1000) * 1_000_000,
      });
      details.push(anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay })));
    }
    if (details.length > 0)
      this.metadata.set(
        'grpc-status-details-bin',
        Buffer.from(toBinary(StatusSchema, create(StatusSchema, { code, message, details }))),
      );
  }
}

/** Spark's condition, as the server says it: always INTERNAL, with an ErrorInfo. */
export const sparkCondition = (
  errorClass: string,
  info: Readonly<Record<string, string>> = {},
): FakeFailure =>
  new FakeFailure(status.INTERNAL, `[${errorClass}] Something is wrong.`, {
    info: { classes: '["org.apache.spark.SparkException"]', errorClass, ...info },
  });

/** The server that cannot be reached, without the waiting. */
export const unavailable = (): FakeFailure => new FakeFailure(status.UNAVAILABLE, 'away');

/** A clock that waits for nothing and remembers how long it was asked to. */
export function testClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  let ids = 0;
  return {
    waits,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      waits.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
    random: () => 0.5,
    newId: () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, '0')}`,
  };
}

/** One request that the server got. */
export interface SeenCall {
  readonly method: keyof FakeCalls;
  readonly request: Message;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface FakeServer extends AsyncDisposable {
  /** Without parameters: `sc://127.0.0.1:PORT`. */
  readonly address: string;
  readonly seen: readonly SeenCall[];
  requests<K extends keyof FakeCalls>(method: K): readonly Parameters<FakeCalls[K]>[0][];
  /** The id of the server's side of the session, put into each answer; changing it is a restart. */
  serverSideSessionId: string;
}

/** A Spark Connect server in this process that answers as a test says. */
export async function startFakeServer(
  calls: Partial<FakeCalls>,
  credentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<FakeServer> {
  const seen: SeenCall[] = [];
  const state = { serverSideSessionId: 'server-session-1' };
  const quiet: FakeCalls = {
    executePlan: () => responses([{ responseType: { case: 'resultComplete', value: {} } }]),
    reattachExecute: () => responses([{ responseType: { case: 'resultComplete', value: {} } }]),
    analyzePlan: () => ({ result: { case: 'sparkVersion', value: { version: '4.2.0' } } }),
    config: () => ({}),
    interrupt: () => ({}),
    cloneSession: ({ newSessionId = '' }) => ({ newSessionId, newServerSideSessionId: 'server-session-2' }),
    releaseExecute: () => ({}),
    releaseSession: () => ({}),
    fetchErrorDetails: () => ({}),
  };
  const answering: FakeCalls = { ...quiet, ...calls };

  const note = (method: DescMethod, request: Message, metadata: Metadata): void => {
    seen.push({ method: method.localName as keyof FakeCalls, request, headers: metadata.getMap() });
  };
  const signed = (request: Message, answer: object): Record<string, unknown> => ({
    sessionId: (request as unknown as { readonly sessionId: string }).sessionId,
    serverSideSessionId: state.serverSideSessionId,
    ...answer,
  });

  const unary =
    (method: DescMethod): handleUnaryCall<Message, Message> =>
    (call, reply) => {
      note(method, call.request, call.metadata);
      try {
        const answer = answering[method.localName as keyof FakeCalls](call.request as never);
        reply(null, create(method.output, signed(call.request, answer)));
      } catch (error) {
        reply(error as FakeFailure);
      }
    };
  const streaming =
    (method: DescMethod): handleServerStreamingCall<Message, Message> =>
    async (call) => {
      note(method, call.request, call.metadata);
      try {
        const answers = answering[method.localName as 'executePlan' | 'reattachExecute'](
          call.request as never,
        );
        for await (const answer of answers) {
          if (call.cancelled) return;
          call.write(create(method.output, signed(call.request, answer)));
        }
        call.end();
      } catch (error) {
        call.emit('error', error);
      }
    };

  const server = new Server();
  const definitions = SparkConnectService.methods.map((method) => [
    method.localName,
    {
      path: `/${SparkConnectService.typeName}/${method.name}`,
      requestStream: false,
      responseStream: method.methodKind === 'server_streaming',
      requestDeserialize: (bytes: Buffer) => fromBinary(method.input, bytes),
      requestSerialize: (message: Message) => Buffer.from(toBinary(method.input, message)),
      responseSerialize: (message: Message) => Buffer.from(toBinary(method.output, message)),
      responseDeserialize: (bytes: Buffer) => fromBinary(method.output, bytes),
    },
  ]);
  const handlers = SparkConnectService.methods.map((method) => [
    method.localName,
    method.methodKind === 'server_streaming' ? streaming(method) : unary(method),
  ]);
  server.addService(Object.fromEntries(definitions), Object.fromEntries(handlers));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );

  return {
    address: `sc://127.0.0.1:${port}`,
    seen,
    requests: (method) => seen.filter((one) => one.method === method).map(({ request }) => request as never),
    get serverSideSessionId() {
      return state.serverSideSessionId;
    },
    set serverSideSessionId(id) {
      state.serverSideSessionId = id;
    },
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
    },
  };
}

/** Responses with ids `r1`, `r2`, … from a number on, then the end, or a failure. */
export async function* responses(
  messages: readonly MessageInitShape<typeof ExecutePlanResponseSchema>[],
  options: { readonly from?: number; readonly failure?: FakeFailure } = {},
): Responses {
  const { from = 1, failure } = options;
  for (const [index, message] of messages.entries()) yield { responseId: `r${from + index}`, ...message };
  if (failure !== undefined) throw failure;
}

export const COMPLETE = { responseType: { case: 'resultComplete', value: {} } } as const;

/** A batch of one bigint column `n`. */
export function numbers(
  values: readonly bigint[],
  startOffset?: number,
): MessageInitShape<typeof ExecutePlanResponseSchema> {
  const data = encodeRows(
    { n: 'long' },
    values.map((n) => ({ n })),
  );
  const rowCount = BigInt(values.length);
  return {
    responseType: {
      case: 'arrowBatch',
      value: { rowCount, data, ...(startOffset === undefined ? {} : { startOffset: BigInt(startOffset) }) },
    },
  };
}
