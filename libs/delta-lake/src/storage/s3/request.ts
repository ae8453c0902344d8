/** One request to the bucket. */
export interface S3Request {
  /** Name of the operation in the S3 API, for messages and for `S3Options.onRequest`. */
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Key in the bucket; absent: the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Statuses that are answers and not failures. */
  readonly expected: readonly number[];
}

/** A whole answer. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly attempts: number;
  /** Whether an earlier attempt may have been carried out although we got no answer. */
  readonly isRepeated: boolean;
}
