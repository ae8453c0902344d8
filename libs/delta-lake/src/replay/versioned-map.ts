/**
 * A map that stays as it was while newer versions of it are made, without a copy per version: the newest version
 * holds the real map, an older one holds the way back (Baker, "Shallow Binding Makes Functional Arrays Fast").
 * Making a version costs as much as it changes; the first look at an older version costs one copy, and an older
 * version that nobody holds costs nothing.
 */
export class VersionedMap<V> {
  #map: Map<string, V> | null;
  #next: VersionedMap<V> | null = null;
  #undo: readonly (readonly [string, V | undefined])[] = [];

  /** Of this version; known without looking into it. */
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

  /** The values as they are now; a later version does not disturb a walk through them. */
  values(): V[] {
    return [...this.#own().values()];
  }

  /**
   * Starts a newer version that takes the place of this one, for building a map step by step: nothing is noted
   * of the way back, and this version must not be looked at again.
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

  /** Starts a newer version. Until `done` is called nobody else may look at this one or edit it. */
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
    if (!newest) throw new Error('This version of the map is spent.');
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
  /** The value that was there. */
  delete(key: string): V | undefined;
  done(): VersionedMap<V>;
}
