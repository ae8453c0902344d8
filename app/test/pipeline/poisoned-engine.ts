import type { Engine, MessagesRelation, Select, WriteTarget } from '../../src/engine/engine.ts';
import { ContrailError } from '../../src/errors.ts';

/** What a {@link PoisonedEngine} cannot do. */
export interface Poison {
  /** Whether it fails at a batch, by its messages, those left out that it is told are unprocessable. */
  readonly batch?: (messages: readonly string[]) => boolean;
  /** Whether it fails to write a row with this payload. */
  readonly payload?: (text: string) => boolean;
  /** Whether it fails to write a table into a folder. */
  readonly write?: (folder: string) => boolean;
  readonly error?: ContrailError;
}

/** Runs what another engine runs, but for batches that it cannot take, as a bug or a limit of an engine would be. */
export class PoisonedEngine implements Engine {
  readonly name: Engine['name'];
  readonly #inner: Engine;
  readonly #poison: Poison;
  /** Batches that it was given, by how many messages they had. */
  readonly batches: number[] = [];

  constructor(inner: Engine, poison: Poison) {
    this.name = inner.name;
    this.#inner = inner;
    this.#poison = poison;
  }

  rows(select: Select): ReturnType<Engine['rows']> {
    return this.#inner.rows(select);
  }

  async keep(name: string, select: Select): Promise<void> {
    for (const relation of Object.values(select.relations)) {
      if (relation.kind !== 'messages') continue;
      const messages = await decodable(relation);
      this.batches.push(messages.length);
      if (this.#poison.batch?.(messages) === true) throw this.#failure();
    }
    await this.#inner.keep(name, select);
  }

  extend(name: string, select: Select): Promise<void> {
    return this.#inner.extend(name, select);
  }

  forget(name: string): Promise<void> {
    return this.#inner.forget(name);
  }

  async write(select: Select, target: WriteTarget): ReturnType<Engine['write']> {
    const { write, payload } = this.#poison;
    if (write?.(target.folder) === true) throw this.#failure();
    if (payload !== undefined && target.columns.some(({ name }) => name === 'payload')) {
      const rows = await this.#inner.rows(select);
      if (rows.some((row) => typeof row['payload'] === 'string' && payload(row['payload'])))
        throw this.#failure();
    }
    return this.#inner.write(select, target);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#inner[Symbol.asyncDispose]();
  }

  #failure(): ContrailError {
    return this.#poison.error ?? new ContrailError('sql-failed', 'The engine could not: poison.');
  }
}

async function decodable({ topic, ranges, unprocessable = [] }: MessagesRelation): Promise<string[]> {
  const left: string[] = [];
  const refused = new Set(unprocessable.map(({ partition, offset }) => `${partition}/${offset}`));
  for await (const { partition, offsets, values } of topic.read(ranges)) {
    for (const [index, value] of values.entries()) {
      const offset = 'first' in offsets ? offsets.first + BigInt(index) : offsets[index];
      if (!refused.has(`${partition}/${offset}`)) left.push(String(value));
    }
  }
  return left;
}
