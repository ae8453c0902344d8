import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  canonicalRow,
  DeltaError,
  type DeltaTable,
  memoryStore,
  type ObjectStore,
  openTable,
  type Row,
  type Snapshot,
} from '../../src/index.ts';
import { GOLDEN, READABLE } from '../golden-tables.ts';
import { collect } from '../tables.ts';

if (READABLE.length === 0) console.warn(`SKIPPED: no golden tables at ${GOLDEN}, none is written to.`);

/** A copy of a folder in memory. */
async function copyOf(folder: string): Promise<ObjectStore> {
  const store = memoryStore();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    await store.put(path.slice(folder.length + 1), readFileSync(path));
  }
  return store;
}

const textOf = (snapshot: Snapshot, row: Row): string => canonicalRow(snapshot.schema, row);
async function textsOf(snapshot: Snapshot): Promise<string[]> {
  return (await collect(snapshot.rows()))
    .flat()
    .map((row) => textOf(snapshot, row))
    .sort();
}

/** Each write with what it makes of the rows; `first` is a row of the table. */
const WRITES: readonly {
  readonly name: string;
  readonly run: (table: DeltaTable, rows: readonly Row[], isFirst: (row: Row) => boolean) => Promise<unknown>;
  readonly model: (texts: readonly string[], first: string) => readonly string[];
}[] = [
  {
    name: 'append',
    run: (table, rows) => table.append(rows.slice(0, 1)),
    model: (texts, first) => [...texts, first],
  },
  {
    name: 'delete',
    run: (table, _, isFirst) => table.delete(isFirst),
    model: (texts, first) => texts.filter((text) => text !== first),
  },
  {
    name: 'update to the same',
    run: (table, _, isFirst) => table.update({}, isFirst),
    model: (texts) => texts,
  },
  { name: 'overwrite', run: (table, rows) => table.overwrite(rows), model: (texts) => texts },
];

const outcome = { written: 0, refused: 0 };

describe.skipIf(READABLE.length === 0)(
  'tables of other writers are written rightly, or refused by name',
  () => {
    afterAll(() => {
      console.info(`golden tables: ${outcome.written} writes agree, ${outcome.refused} refused by name`);
    });

    test.each(READABLE)('$path', async ({ path }) => {
      for (const { name, run, model } of WRITES) {
        const store = await copyOf(join(GOLDEN, path));
        const table = await openTable(store).catch((error: unknown) => {
          // Some tables may be refused; whether rightly is judged where they are read.
          if (error instanceof DeltaError) return null;
          throw error;
        });
        if (!table) return;
        const before = table.cached();
        let rows: Row[];
        try {
          rows = (await collect(before.rows())).flat();
        } catch (error) {
          if (error instanceof DeltaError) return;
          throw error;
        }
        const [firstRow] = rows;
        if (!firstRow) return;
        const first = textOf(before, firstRow);
        const texts = rows.map((row) => textOf(before, row)).sort();
        try {
          await run(table, rows, (row) => textOf(before, row) === first);
        } catch (error) {
          const isRefusal =
            error instanceof DeltaError && (error.kind === 'unsupported' || error.code === 'append-only');
          if (!isRefusal) throw error;
          outcome.refused++;
          expect((await openTable(store)).cached().version, name).toBe(before.version);
          continue;
        }
        const fresh = await openTable(store);
        expect(fresh.cached().version, name).toBe(before.version + 1);
        expect(await textsOf(fresh.cached()), name).toEqual([...model(texts, first)].sort());
        expect(await textsOf(await fresh.snapshotAt({ version: before.version })), name).toEqual(texts);
        await table.settled();
        const { findings } = await fresh.check();
        expect(
          findings.filter(({ kind }) => kind === 'checksum' || kind === 'row-count'),
          name,
        ).toEqual([]);
        outcome.written++;
      }
    });
  },
);
