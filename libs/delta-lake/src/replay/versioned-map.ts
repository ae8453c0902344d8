/**
 * A map with versions that never change, without a copy of each: the newest version holds the real map, an older one
 * holds the differences back to it (Baker, "Shallow Binding Makes Functional Arrays Fast"). Making a version costs as
 * much as it changes; the first look at an older version costs one copy, and an older version that nobody holds costs
 * nothing.
 */
export class VersionedMap<V> {
  #map: Map<string, V> | null;
  #next: VersionedMap<V> | null = null;
  #undo: readonly (readonly [string, V | undefined])[] = [];

  /** Entries of this version; costs nothing to ask. */
  readonly size: number;

  private constructor(map: Map<string, V>) {
    this.#map = map;
    this.size = map.size;
  }

  static empty<V>(): VersionedMap<V> {
    return new VersionedMap(new Map<string, V>());
  }

  get(key: string): V | undefined {
    return this.#own().get(key);
  }

  /** The values of this version; a later version does not disturb iteration. */
  values(): V[] {
    return [...this.#own().values()];
  }

  /**
   * Starts a newer version that replaces this one, for building a map step by step. No differences are kept, so this
   * version must not be used again.
   */
  spend(): Edit<V> {
    const map = this.#own();
    this.#map = null;
    return {
      get: (key) => map.get(key),
      set: (key, value) => void map.set(key, value),
      delete: (key) => {
        const before = map.get(key);
        if (before !== undefined) map.delete(key);
        return before;
      },
      done: () => new VersionedMap(map),
    };
  }

  /** Starts a newer version. Until `done` is called, this one must not be read or edited. */
  edit(): Edit<V> {
    const map = this.#own();
    const undo: [string, V | undefined][] = [];
    return {
      get: (key) => map.get(key),
      set: (key, value) => {
        undo.push([key, map.get(key)]);
        map.set(key, value);
      },
      delete: (key) => {
        const before = map.get(key);
        if (before === undefined) return undefined;
        undo.push([key, before]);
        map.delete(key);
        return before;
      },
      done: () => {
        if (undo.length === 0) return this;
        const newer = new VersionedMap(map);
        this.#map = null;
        this.#next = newer;
        this.#undo = undo;
        return newer;
      },
    };
  }

  #own(): Map<string, V> {
    if (this.#map) return this.#map;
    const way: VersionedMap<V>[] = [this];
    let newest = this.#next;
    if (!newest) throw new Error('This version of the map was replaced and cannot be used.');
    while (newest && !newest.#map) {
      way.push(newest);
      newest = newest.#next;
    }
    const map = new Map(newest ? newest.#map : null);
    for (const version of way.reverse()) {
      for (let i = version.#undo.length - 1; i >= 0; i--) {
        const [key, before] = version.#undo[i] ?? ['', undefined];
        if (before === undefined) map.delete(key);
        else map.set(key, before);
      }
    }
    this.#map = map;
    this.#next = null;
    this.#undo = [];
    return map;
  }
}

export interface Edit<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  /** Deletes a key; answers the value that it had. */
  delete(key: string): V | undefined;
  done(): VersionedMap<V>;
}
