/** How a store is written: chosen once, shared by all its views. */
export interface Writes {
  /** Called before every write. @throws DeltaError writes-refused, or an error that leaves it unknown for now */
  check(): Promise<void>;
  /** Put-if-absent of a key of the bucket, after {@link check}. */
  create(key: string, body: Uint8Array | string): Promise<'created' | 'exists'>;
  /** {@link check}, and takes the lock if there is one for all. @throws DeltaError writes-refused, writer-locked */
  claim(): Promise<void>;
  /** Releases the lock. */
  release(): Promise<void>;
}
