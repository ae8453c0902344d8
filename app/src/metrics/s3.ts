import { Count, type Figure } from './exposition.ts';

/** What is told of a request to an S3 store. */
export interface S3Request {
  readonly operation: string;
  /** Null: no whole answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** Counts the requests of one store. */
export class S3Figures {
  readonly #requests = new Count('contrail_s3_requests_total');
  readonly #seconds = new Count('contrail_s3_seconds_total');
  readonly #sent = new Count('contrail_s3_sent_bytes_total');
  readonly #received = new Count('contrail_s3_received_bytes_total');

  add({ operation, status, durationMs, bytesSent, bytesReceived }: S3Request): void {
    this.#requests.add({ operation, status: status === null ? 'none' : String(status) });
    this.#seconds.add({ operation }, durationMs / 1000);
    this.#sent.add({}, bytesSent);
    this.#received.add({}, bytesReceived);
  }

  figures(): readonly Figure[] {
    return [this.#requests, this.#seconds, this.#sent, this.#received].map((count) => count.figure());
  }
}
