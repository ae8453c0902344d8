import type {
  DescMessage,
  DescMethodServerStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { JobWatch } from '../application-page.ts';
import type { Clock } from '../clock.ts';
import { SparkConnectError } from '../errors.ts';
import { SparkConnectService } from '../gen/spark/connect/connect_pb.ts';
import type { Channel } from '../transport/channel.ts';
import { Backoff, type RetryOptions, withRetries } from '../transport/retry.ts';
import { RpcFailure } from '../transport/rpc-failure.ts';
import { chainOf, chainOfInfo, sparkConnectError } from './explain.ts';

/** The calls of the service. */
export const METHODS: typeof SparkConnectService.method = SparkConnectService.method;

/** How long to wait for the details of an error. */
const DETAILS_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 10_000;

/** The user and client of a session. */
export interface Caller {
  readonly sessionId: string;
  readonly userId: string;
  readonly clientType: string;
}

/** What the calls of a session work with. */
export interface CallParts {
  readonly channel: Channel;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly retry: RetryOptions;
  /** Shows which jobs run; undefined if the caller gave no address for it. */
  readonly page?: JobWatch | undefined;
  /** The server's id of the session, if it is known already. */
  readonly serverSideSessionId?: string | undefined;
}

interface Answer {
  readonly sessionId: string;
  readonly serverSideSessionId: string;
}

/**
 * The calls of one session. Each call names the caller and the server's session, and each answer must come from that
 * same session. A restarted server makes a new session under our id, without our views and settings. This is noticed
 * here, and from then on the session is lost for good.
 */
export class SessionCalls {
  readonly caller: Caller;
  readonly clock: Clock;
  readonly page: JobWatch | undefined;
  readonly #channel: Channel;
  readonly #retry: RetryOptions;
  #serverSideSessionId: string | undefined;
  #lost: SparkConnectError | undefined;
  readonly #background = new Set<Promise<void>>();

  constructor({ channel, caller, clock, retry, page, serverSideSessionId }: CallParts) {
    this.#channel = channel;
    this.caller = caller;
    this.clock = clock;
    this.#retry = retry;
    this.page = page;
    this.#serverSideSessionId = serverSideSessionId;
  }

  /** The fields that every request begins with. */
  head(): {
    readonly sessionId: string;
    readonly userContext: { readonly userId: string };
    readonly clientType: string;
    readonly clientObservedServerSideSessionId?: string;
  } {
    const { sessionId, userId, clientType } = this.caller;
    const seen = this.#serverSideSessionId;
    return {
      sessionId,
      userContext: { userId },
      clientType,
      ...(seen === undefined ? {} : { clientObservedServerSideSessionId: seen }),
    };
  }

  /** A new series of waits. */
  newBackoff(): Backoff {
    return new Backoff(this.#retry, this.clock);
  }

  /**
   * One request and its answer, tried again as often as the retry options say.
   * @throws SparkConnectError, or the signal's reason.
   */
  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    signal?: AbortSignal,
  ): Promise<MessageShape<O>> {
    this.#throwIfLost();
    try {
      const answer = await withRetries(
        () => this.#channel.unary(method, request, signal),
        this.newBackoff(),
        signal,
      );
      this.#verify(method.name, answer);
      return answer;
    } catch (error) {
      throw await this.explained(error);
    }
  }

  /**
   * One request and its answers. Errors of the transport are passed on unchanged, because reattaching distinguishes
   * them.
   */
  async *stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    signal?: AbortSignal,
  ): AsyncGenerator<MessageShape<O>, void, undefined> {
    this.#throwIfLost();
    for await (const answer of this.#channel.stream(method, request, signal)) {
      this.#verify(method.name, answer);
      yield answer;
    }
  }

  /** Turns a failure of the transport into the library's error, with what the server can tell about it. */
  async explained(error: unknown, facts: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (!(error instanceof RpcFailure)) return error;
    const chain = error.info === undefined ? [] : await this.#chain(error);
    const explained = sparkConnectError(error, chain, { sessionId: this.caller.sessionId, ...facts });
    if (explained.kind === 'session-lost') this.#lost ??= explained;
    return explained;
  }

  /** Notes best-effort work in the background; closing the session waits for it. It must not reject. */
  inBackground(work: Promise<void>): void {
    const noted = work.finally(() => this.#background.delete(noted));
    this.#background.add(noted);
  }

  /**
   * Ends the session at the server, after the work in the background. A server that cannot be reached ends it later
   * (`spark.connect.session.manager.defaultSessionTimeout`).
   */
  async close(): Promise<void> {
    await Promise.all(this.#background);
    if (this.#lost !== undefined) return;
    this.#lost = new SparkConnectError('session-closed', 'The session was closed');
    const { sessionId, userContext, clientType } = this.head();
    try {
      await this.#channel.unary(
        METHODS.releaseSession,
        { sessionId, userContext, clientType },
        AbortSignal.timeout(CLOSE_TIMEOUT_MS),
      );
    } catch {
      // Best effort, see above.
    }
  }

  async #chain(failure: RpcFailure): Promise<ReturnType<typeof chainOf>> {
    const { info } = failure;
    if (info === undefined) return [];
    const fromTrailer = chainOfInfo(info, failure.message);
    const errorId = info.metadata['errorId'];
    if (errorId === undefined) return fromTrailer;
    try {
      const details = await this.#channel.unary(
        METHODS.fetchErrorDetails,
        { ...this.head(), errorId },
        AbortSignal.timeout(DETAILS_TIMEOUT_MS),
      );
      const chain = chainOf(details);
      return chain.length === 0 ? fromTrailer : chain;
    } catch {
      // Best effort: the error is reported in any case, only with fewer details.
      return fromTrailer;
    }
  }

  #verify(method: string, message: unknown): void {
    const { sessionId, serverSideSessionId } = message as Answer;
    if (sessionId !== '' && sessionId !== this.caller.sessionId)
      throw new SparkConnectError('unexpected-answer', `${method}: the answer is for another session`, {
        facts: { method, sessionId: this.caller.sessionId, found: sessionId },
      });
    if (serverSideSessionId === '') return;
    this.#serverSideSessionId ??= serverSideSessionId;
    if (serverSideSessionId === this.#serverSideSessionId) return;
    this.#lost ??= new SparkConnectError(
      'session-changed',
      `${method}: the server was restarted and has a new session under our id; its views, functions and settings are lost. Open a new session`,
      { facts: { method, sessionId: this.caller.sessionId } },
    );
    throw this.#lost;
  }

  #throwIfLost(): void {
    if (this.#lost !== undefined) throw this.#lost;
  }
}
