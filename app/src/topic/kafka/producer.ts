import { ContrailError } from '../../errors.ts';
import type { Round } from './batch.ts';
import { clientOptions, type KafkaConnection } from './connection.ts';
import { fromKafka } from './kafka-errors.ts';
import { PackedProducer } from './packed-producer.ts';
import { abortable, type Patience } from './patience.ts';

/** A broker counts the messages of a producer in one partition with 31 bits. */
const MAX_SEQUENCE = 2 ** 31 - 1;
const CLOSE_WAIT_MS = 1_000;

/**
 * Sends rounds one after another, each exactly once: the broker knows the producer's id and the sequence number of each
 * batch, and drops what a retry sends again (KIP-98). So retries happen in here, with the same id and numbers, for as
 * long as the brokers do not answer: giving up and sending again could double messages.
 *
 * Each partition's batch is a send of its own, so that a retry looks for the leader of this partition alone.
 */
export class IdempotentProducer {
  readonly #connection: KafkaConnection;
  readonly #patience: Patience;
  readonly #maxSequence: number;
  #producer: PackedProducer | null = null;
  #sent = 0;
  /** Ends the current send with an error that is not retried. */
  #giveUp: ((error: unknown) => void) | null = null;

  /** @param maxSequence messages after which a new producer id is taken */
  constructor(connection: KafkaConnection, patience: Patience, maxSequence = MAX_SEQUENCE) {
    this.#connection = connection;
    this.#patience = patience;
    this.#maxSequence = maxSequence;
  }

  /**
   * Resolves when all in-sync replicas have the messages. One call at a time.
   * @param doing as {@link fromKafka} takes it
   * @throws ContrailError of any kind but `unavailable`, which it retries; `unavailable` / `kafka-closed` when {@link
   * close} is called during the wait.
   */
  async send(round: Round, doing: string): Promise<void> {
    const count = round.reduce((sum, batch) => sum + batch.count, 0);
    if (this.#sent + count > this.#maxSequence) await this.close();
    const producer = (this.#producer ??= this.#open(doing));
    this.#sent += count;
    const hopeless = Promise.withResolvers<never>();
    this.#giveUp = hopeless.reject;
    try {
      const sends = round.map((batch) =>
        producer.send({ messages: [{ topic: batch.topic, partition: batch.partition, value: batch }] }),
      );
      await Promise.race([Promise.all(sends), hopeless.promise]);
      this.#patience.succeeded();
    } catch (error) {
      // The library's retries go on until it is closed.
      await this.close();
      throw fromKafka(error, doing);
    } finally {
      this.#giveUp = null;
    }
  }

  /** Closes the connections, and gives up the current send. */
  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    this.#sent = 0;
    if (producer === null) return;
    this.#giveUp?.(new ContrailError('kafka-closed', 'The topic was closed while it waited for Kafka.'));
    // A broker that no longer answers may keep a socket from closing.
    await abortable(producer.close(true), AbortSignal.timeout(CLOSE_WAIT_MS)).catch(() => undefined);
  }

  #open(doing: string): PackedProducer {
    return new PackedProducer({
      ...clientOptions(this.#connection),
      idempotent: true,
      retries: true,
      retryDelay: (_client: object, _operation: string, attempt: number, _retries: number, cause: Error) => {
        const error = fromKafka(cause, doing);
        if (error instanceof ContrailError && error.kind === 'unavailable')
          return this.#patience.failed(error, attempt);
        this.#giveUp?.(error);
        return 0;
      },
    });
  }
}
