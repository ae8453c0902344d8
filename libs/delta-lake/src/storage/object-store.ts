/** One object of a listing. */
export interface ObjectEntry {
  /** Relative to the store that listed it. */
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAtMs: number;
}

/** A file on this machine's disk with the bytes of an object. Only read it; it stays until you dispose of it. */
export interface LocalCopy extends AsyncDisposable {
  readonly path: string;
}

/** The identity of an object: tells whether two keys are one object. */
export interface ObjectPlaceFacts {
  /** The same text for all names of one object, in every store of this kind on this machine. */
  readonly identity: string;
  /** Whether the name, with links resolved, is below the store's root; {@link ObjectStore.delete} refuses others. */
  readonly isBelowRoot: boolean;
}

/**
 * Object store port. Keys are '/'-separated, relative to the store's root, never starting with '/', not escaped,
 * without empty parts, `.` and `..`: a key that may lead out of the root is refused (invalid-argument) by every method.
 * Promises of every adapter (`test/storage/object-store.test.ts` runs them against each): what a finished `put` or
 * `putIfAbsent` wrote is durable and every later call sees it; a reader never sees half an object; of any number of
 * concurrent `putIfAbsent` calls for one key, exactly one answers `created`.
 */
export interface ObjectStore {
  /** Where the root is, as a URL without a slash at the end: `file:///data/table`, `s3://bucket/table`, `memory://store`. */
  readonly url: string;

  /**
   * The object's bytes, or those of `[start, end)`; a range that goes beyond the end is cut there.
   * @throws DeltaError object-not-found
   */
  get(key: string, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array>;

  /** Size and time of the last write, or null when there is no such object. */
  head(key: string): Promise<{ readonly bytes: number; readonly modifiedAtMs: number } | null>;

  /** Objects whose key starts with `prefix`, sorted by key (UTF-16 order), after `startAfter` (exclusive). */
  list(prefix: string, options?: { readonly startAfter?: string }): AsyncIterable<ObjectEntry>;

  /**
   * What unfinished writes have left below `prefix`, by keys that {@link delete} takes; `list` hides it. Writes in
   * progress are among them. The method is absent if a store's writes leave nothing that has a key.
   */
  leftovers?(prefix: string): AsyncIterable<ObjectEntry>;

  /** Writes the whole object and replaces an existing one. */
  put(key: string, body: Uint8Array | string): Promise<void>;

  /** Writes a file of the local disk as an object, without holding it in memory, and replaces an existing one. */
  putFile(key: string, path: string): Promise<void>;

  /** Writes the whole object unless the key exists; atomic. */
  putIfAbsent(key: string, body: Uint8Array | string): Promise<'created' | 'exists'>;

  /**
   * The object as a file, for engines that read paths. Meant for objects that are never replaced, as data files are:
   * a store may have kept the file from an earlier call. `bytes`: the size, where the caller knows it; a kept file of
   * another size is fetched again.
   * @throws DeltaError object-not-found
   */
  localCopy(key: string, options?: { readonly bytes?: number }): Promise<LocalCopy>;

  /** Removes the object; it is not an error if there is none. */
  delete(key: string): Promise<void>;

  /**
   * The identities of the objects of these keys; missing objects are left out. The method is absent if every object has
   * exactly one key.
   */
  places?(keys: readonly string[]): Promise<ReadonlyMap<string, ObjectPlaceFacts>>;

  /** A view of the objects below `prefix`. */
  at(prefix: string): ObjectStore;
}
