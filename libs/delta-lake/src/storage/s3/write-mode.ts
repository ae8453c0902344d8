/** How a store is written: chosen once, shared by all its views. */
export interface Writes {
  /** Before every write. @throws DeltaError writes-refused, or that it cannot be known at the moment */
  check(): Promise<void>;
  /** Put-if-absent of a key of the bucket, after {@link check}. */
  create(key: string, body: Uint8Array | string): Promise<'created' | 'exists'>;
  /** {@link check}, and the lock where it is one for all. @throws DeltaError writes-refused, writer-locked */
  claim(): Promise<void>;
  /** Gives back what is held against other writers. */
  release(): Promise<void>;
}
