import { basename, join, resolve } from 'node:path';
import type { Engine, WrittenFile } from '../engine/engine.ts';
import type { Lake } from '../lake/lake.ts';
import { BATCH_TABLES } from '../lake/tables.ts';

/**
 * Keeps track of files that an engine has written and that may not be committed. A batch that fails half-way is run
 * again and writes its files again, so on a nearly full disk each attempt would take more space. Therefore files that
 * belong to no table are deleted.
 */
export class WrittenFiles {
  /** The engine, which is watched while it writes. */
  readonly engine: Engine;
  readonly #lake: Lake;
  #files: WrittenFile[] = [];

  constructor(engine: Engine, lake: Lake) {
    this.#lake = lake;
    this.engine = {
      name: engine.name,
      rows: (select) => engine.rows(select),
      write: async (select, target) => {
        const files = await engine.write(select, target);
        this.#files.push(...files);
        return files;
      },
      keep: (name, select) => engine.keep(name, select),
      extend: (name, select) => engine.extend(name, select),
      forget: (name) => engine.forget(name),
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    };
  }

  /** Called when all written files are committed. */
  settle(): void {
    this.#files = [];
  }

  /**
   * Deletes the files that belong to no table, after a failure and while nothing is running. The log of a table says
   * whether a commit took effect. Only on a disk: elsewhere a commit whose answer was lost may still arrive. Best
   * effort: vacuum finds the rest.
   */
  async discard(): Promise<void> {
    const files = this.#files;
    this.#files = [];
    if (files.length === 0 || !this.#lake.store.url.startsWith('file:')) return;
    for (const definition of BATCH_TABLES) {
      const folder = resolve(this.#lake.folder(definition));
      const written = files
        .map(({ path }) => resolve(path))
        .filter((path) => path.startsWith(join(folder, '/')));
      if (written.length === 0) continue;
      const snapshot = (await (await this.#lake.table(definition))?.snapshot()) ?? null;
      // Compare names, which are unique: a log may spell a path in more than one way.
      const committed = new Set<string>();
      for (const file of snapshot?.files() ?? []) committed.add(basename(file.path));
      const table = this.#lake.store.at(definition.name);
      for (const path of written) {
        if (committed.has(basename(path))) continue;
        await table.delete(path.slice(folder.length + 1).replaceAll('\\', '/'));
      }
    }
  }
}
