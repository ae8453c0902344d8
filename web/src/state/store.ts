/** A value that tells of its changes, whatever shows it. Svelte reads it as `$store`: its contract is `subscribe`. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Calls `listener` now and after each change; answers a function that ends that. */
  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#value);
    return () => this.#listeners.delete(listener);
  }

  protected set(value: T): void {
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }
}
