import { inParallel, type LocalCopy, type ObjectStore } from '@contrail/delta-lake';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { QueryEngine, Relation, Select, ShownBatch, WriteTarget, WrittenFile } from './engine.ts';

/** Files that are fetched or sent at the same time. */
const FILES_AT_ONCE = 8;

/**
 * Lets an engine that knows only local paths work on a lake in an object store. Files below the store's URL are fetched
 * (through the store's cache) and kept while a SELECT runs. Written files go into `scratch` and from there into the
 * store, where they are durable before they are reported. Everything else goes to the inner engine unchanged.
 */
export class StoredFilesEngine implements QueryEngine {
  readonly name: QueryEngine['name'];
  readonly #inner: QueryEngine;
  readonly #store: ObjectStore;
  readonly #scratch: string;

  /**
   * `scratch`: a local folder for files before their upload; created when needed. Disposing closes the inner engine.
   */
  constructor(inner: QueryEngine, store: ObjectStore, scratch: string) {
    this.name = inner.name;
    this.#inner = inner;
    this.#store = store;
    this.#scratch = scratch;
  }

  rows(select: Select): ReturnType<QueryEngine['rows']> {
    return this.#withLocalFiles(select, (local) => this.#inner.rows(local));
  }

  async *stream(select: Select): AsyncGenerator<ShownBatch> {
    await using copies = new AsyncDisposableStack();
    yield* this.#inner.stream(await this.#fetched(select, copies));
  }

  keep(name: string, select: Select): ReturnType<QueryEngine['keep']> {
    return this.#withLocalFiles(select, (local) => this.#inner.keep(name, local));
  }

  extend(name: string, select: Select): ReturnType<QueryEngine['extend']> {
    return this.#withLocalFiles(select, (local) => this.#inner.extend(name, local));
  }

  forget(name: string): Promise<void> {
    return this.#inner.forget(name);
  }

  write(select: Select, target: WriteTarget): Promise<readonly WrittenFile[]> {
    const key = this.#keyOf(target.folder);
    return this.#withLocalFiles(select, async (local) => {
      if (key === null) return this.#inner.write(local, target);
      const folder = join(this.#scratch, randomUUID());
      try {
        const files = await this.#inner.write(local, { ...target, folder });
        return await inParallel(files, FILES_AT_ONCE, async (file) => {
          const below = relative(folder, file.path).split(sep).join('/');
          select.signal?.throwIfAborted();
          await this.#store.putFile(`${key}/${below}`, file.path);
          return { ...file, path: `${target.folder}/${below}` };
        });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#inner[Symbol.asyncDispose]();
  }

  async #withLocalFiles<T>(select: Select, work: (local: Select) => Promise<T>): Promise<T> {
    await using copies = new AsyncDisposableStack();
    return await work(await this.#fetched(select, copies));
  }

  /** The SELECT over local copies of its files, which stay until `copies` is disposed of. */
  async #fetched(select: Select, copies: AsyncDisposableStack): Promise<Select> {
    const addresses = [...new Set(Object.values(select.relations).flatMap(pathsIn))];
    const local = new Map<string, string>();
    await inParallel(addresses, FILES_AT_ONCE, async (address) => {
      const key = this.#keyOf(address);
      if (key === null) return;
      select.signal?.throwIfAborted();
      const copy: LocalCopy = copies.use(await this.#store.localCopy(key));
      local.set(address, copy.path);
    });
    return { ...select, relations: relocated(select.relations, local) };
  }

  /** The key of an address in the store; null for an address elsewhere. */
  #keyOf(address: string): string | null {
    const root = `${this.#store.url}/`;
    return address.startsWith(root) ? address.slice(root.length) : null;
  }
}

function pathsIn(relation: Relation): readonly string[] {
  if (relation.kind === 'files') return relation.files.map(({ path }) => path);
  return relation.kind === 'select' ? Object.values(relation.select.relations).flatMap(pathsIn) : [];
}

function relocated(relations: Select['relations'], local: ReadonlyMap<string, string>): Select['relations'] {
  const one = (relation: Relation): Relation => {
    switch (relation.kind) {
      case 'files':
        return {
          ...relation,
          files: relation.files.map((file) => ({ ...file, path: local.get(file.path) ?? file.path })),
        };
      case 'select':
        return {
          ...relation,
          select: { ...relation.select, relations: relocated(relation.select.relations, local) },
        };
      case 'messages':
      case 'rows':
      case 'kept':
        return relation;
    }
  };
  return Object.fromEntries(Object.entries(relations).map(([name, relation]) => [name, one(relation)]));
}
