import { METHODS, type SessionCalls } from '../calls/calls.ts';

const RELEASE_TIMEOUT_MS = 10_000;

/**
 * Tells the server what it need not keep any longer: received responses, and in the end the whole operation. This is
 * best effort and in the background: the server drops what is not released after some minutes. An operation has at most
 * one such request in progress, and it names only the newest response.
 */
export class Releases {
  readonly #calls: SessionCalls;
  readonly #operationId: string;
  #newest: string | undefined;
  #sending: Promise<void> | undefined;

  constructor(calls: SessionCalls, operationId: string) {
    this.#calls = calls;
    this.#operationId = operationId;
  }

  /** Everything up to and with this response has been received. */
  until(responseId: string): void {
    this.#newest = responseId;
    this.#sending ??= this.#sendNewest();
  }

  /** The operation is over for us; the server interrupts it when it still runs. */
  all(): void {
    this.#newest = undefined;
    const sent = (this.#sending ?? Promise.resolve()).then(() =>
      this.#send({ case: 'releaseAll', value: {} }),
    );
    this.#calls.inBackground(sent);
  }

  async #sendNewest(): Promise<void> {
    while (this.#newest !== undefined) {
      const responseId = this.#newest;
      this.#newest = undefined;
      await this.#send({ case: 'releaseUntil', value: { responseId } });
    }
    this.#sending = undefined;
  }

  async #send(
    release: { case: 'releaseAll'; value: object } | { case: 'releaseUntil'; value: { responseId: string } },
  ): Promise<void> {
    const request = { ...this.#calls.head(), operationId: this.#operationId, release };
    try {
      await this.#calls.unary(METHODS.releaseExecute, request, AbortSignal.timeout(RELEASE_TIMEOUT_MS));
    } catch {
      // Best effort, see above.
    }
  }
}
