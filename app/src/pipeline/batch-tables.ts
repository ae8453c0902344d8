/** The state of a lake's tables for one micro-batch. */
import type { AddFile, DeltaTable, Snapshot } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';
import { REPAIR } from '../topic/next-steps.ts';
import type { Relation, WrittenFile } from '../engine/engine.ts';
import { dataFiles, type Lake } from '../lake/lake.ts';
import type { TableDefinition } from '../lake/table.ts';
import { type BatchRecord, newestBefore } from './batch-record.ts';
import { commitBatch, type CommitIdentity } from './commit.ts';

/** The application id of the pipeline's commits for a topic. */
export const appIdOf = (topic: string): string => `contrail/${topic}`;

/** The identity of a batch's commits, with the offsets that its rows came from, by partition. */
export function identityOf({ topic, batch_id, ranges }: BatchRecord): CommitIdentity {
  const offsets = (side: 'start' | 'end'): string =>
    JSON.stringify(Object.fromEntries(ranges.map((range) => [range.partition, String(range[side])])));
  return {
    appId: appIdOf(topic),
    version: batch_id,
    parameters: { startingOffsets: offsets('start'), endingOffsets: offsets('end') },
  };
}

/**
 * The tables of a lake for one recorded batch. The first question about a table reads its newest version. Later
 * questions use what this process has seen and committed, which saves two requests each. A commit of another writer in
 * between is noticed when it matters: our own commit then loses to it, and judges it.
 */
export class BatchTables {
  readonly #lake: Lake;
  readonly #record: BatchRecord;
  readonly #looked = new Map<string, Promise<unknown>>();

  constructor(lake: Lake, record: BatchRecord) {
    this.#lake = lake;
    this.#record = record;
  }

  /**
   * Whether a table has the batch.
   * @throws ContrailError `corrupt` when it has a later one, or has lost one before; as {@link hasBatch}
   */
  async has(definition: TableDefinition): Promise<boolean> {
    const snapshot = await this.snapshot(definition);
    const newest = snapshot?.transactionVersion(appIdOf(this.#record.topic)) ?? null;
    return hasBatch(definition.name, newest, this.#record, this.#lake.store.url);
  }

  /** The version of a table that the batch made; null when the table does not have it. */
  async version(definition: TableDefinition): Promise<number | null> {
    const table = await this.#lake.table(definition);
    const snapshot = await this.snapshot(definition);
    if (table === null || snapshot === null) return null;
    const { batch_id: batchId, topic } = this.#record;
    const appId = appIdOf(topic);
    if ((snapshot.transactionVersion(appId) ?? 0) < batchId) return null;
    for (let version = snapshot.version; version >= 0; version -= 1) {
      const { transactions } = await table.changes(version);
      if (transactions.some((found) => found.appId === appId && found.version === batchId)) return version;
    }
    return null;
  }

  /** The files that the batch added to a table; none when the table does not have it. */
  async files(definition: TableDefinition): Promise<readonly AddFile[]> {
    const version = await this.version(definition);
    return version === null ? [] : (await (await this.table(definition)).changes(version)).adds;
  }

  /** How many rows the batch added to a table. */
  async rowCount(definition: TableDefinition): Promise<number> {
    const files = await this.files(definition);
    return files.reduce((sum, { stats }) => sum + (stats?.numRecords ?? 0), 0);
  }

  /** The rows that the batch added to a table. */
  async rows(definition: TableDefinition): Promise<Relation> {
    const table = await this.table(definition);
    const files = await this.files(definition);
    return dataFiles(definition, table.cached(), { files });
  }

  /** Makes written files part of a table. It takes effect once, however often it is tried. */
  async commit(
    definition: TableDefinition,
    written: readonly WrittenFile[],
    removed: readonly AddFile[] = [],
  ): Promise<void> {
    await commitBatch(await this.table(definition), identityOf(this.#record), written, removed);
  }

  /** A table as this batch knows it; null if it does not exist. */
  async snapshot(definition: TableDefinition): Promise<Snapshot | null> {
    const table = await this.#lake.table(definition);
    if (table === null) return null;
    const { name } = definition;
    const look = this.#looked.get(name) ?? table.snapshot();
    this.#looked.set(name, look);
    await look;
    return table.cached();
  }

  /** @throws ContrailError `corrupt` / `table-gone` */
  async table(definition: TableDefinition): Promise<DeltaTable> {
    const table = await this.#lake.table(definition);
    if (table !== null) return table;
    throw new ContrailError(
      'table-gone',
      `${definition.name} was deleted from ${this.#lake.store.url}. Restore it, if you have a copy. ${REPAIR}`,
    );
  }
}

/**
 * Whether a table holds the batch of a record, by the newest batch that it holds; without a record, whether it holds none.
 * @throws ContrailError `corrupt` / `table-behind-batches` when it has lost one, `table-ahead-of-batches` when it holds one
 * that was never recorded, `batch-record-differs` when it holds one that the record does not know of.
 */
export function hasBatch(
  name: string,
  newest: number | null,
  record: BatchRecord | null,
  lake: string,
): boolean {
  const found = newest ?? 0;
  const batchId = record?.batch_id ?? 0;
  const before = record === null ? 0 : newestBefore(record, name);
  if (found > batchId) {
    throw new ContrailError(
      'table-ahead-of-batches',
      `${name} holds micro-batch ${found}, but the newest batch record is ${batchId}. Restore _contrail/batches of ${lake}, if you have a copy. ${REPAIR}`,
    );
  }
  if (found < before) {
    throw new ContrailError(
      'table-behind-batches',
      `${name} holds micro-batch ${found}, but the batch log of ${lake} is at ${batchId}: micro-batch ${before} is missing from it. ` +
        'Somebody removed commits of the table or the whole table, or put a record into _contrail/batches. ' +
        `Restore what was removed, if you have a copy. ${REPAIR}`,
    );
  }
  if (found > before && found < batchId) {
    throw new ContrailError(
      'batch-record-differs',
      `${name} holds micro-batch ${found}, but record ${batchId} in _contrail/batches of ${lake} says that it held ${before} when that was planned. ` +
        `Going on would lose or double messages. Restore the record, if you have a copy. ${REPAIR}`,
    );
  }
  return found === batchId;
}
