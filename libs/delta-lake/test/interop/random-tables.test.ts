import fc from 'fast-check';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createTable, openTable, type Row } from '../../src/index.ts';
import { expectAgreement } from './agreement.ts';
import { freshFolder } from './fresh-folder.ts';
import { isInstalled, test } from './fixtures.ts';
import { isReadable, isWritable, isWrittenRightly } from './known-defects.ts';
import { type Peer, type PeerName, PEER_NAMES } from './peers/peer.ts';
import { nastyRows, rowSet } from './random-rows.ts';
import { ID, type RandomTable, randomTables } from './random-tables.ts';

/** `DELTA_TABLES=2000 DELTA_SEED=7 npm run test:interop -- random-tables` for a long run, or another one. */
const TABLES = Number(process.env['DELTA_TABLES'] ?? 40);
const SEED = Number(process.env['DELTA_SEED'] ?? 20_261_130);
const runs = (seed: number): fc.Parameters<[RandomTable]> => ({
  numRuns: TABLES,
  seed: SEED + seed,
  endOnFailure: true,
});
const TIMEOUT_MS = 300_000 + 30_000 * TABLES;

describe.each(PEER_NAMES)(`${TABLES} random tables, seed ${SEED}: %s`, (name) => {
  const tables = randomTables({ mapping: name === 'Spark' });

  test.skipIf(!isInstalled(name))(
    'reads what we wrote, at every version',
    async ({ peers }) => {
      const peer = await peers.open(name);
      const counts = new Counts();
      await fc.assert(
        fc.asyncProperty(
          tables.filter((plan) => isReadable(name, plan)),
          async (plan) => {
            using folder = freshFolder();
            const path = join(folder.path, plan.folder);
            await ours(path, plan);
            await expectAgreement(peer, path);
            counts.add(plan);
          },
        ),
        runs(0),
      );
      counts.say(name, 'read what we wrote');
    },
    TIMEOUT_MS,
  );

  test.skipIf(!isInstalled(name))(
    'writes what we read, at every version',
    async ({ peers }) => {
      const peer = await peers.open(name);
      const counts = new Counts();
      await fc.assert(
        fc.asyncProperty(
          tables.filter((plan) => isWritable(name, plan)),
          async (plan) => {
            using folder = freshFolder();
            const path = join(folder.path, plan.folder);
            await theirs(peer, path, plan);
            await expectAgreement(peer, path);
            // One more version, of ours, on what is theirs.
            const table = await openTable(path);
            const { version, schema } = table.cached();
            await table.append(rowsOf({ ...plan, schema }, { seed: 77, rows: 5 }));
            await table.settled();
            await expectAgreement(peer, path, version);
            counts.add(plan);
          },
        ),
        runs(1),
      );
      counts.say(name, 'wrote what we read');
    },
    TIMEOUT_MS,
  );
});

/** What a run has covered, so that one that covers nothing is noticed. */
class Counts {
  #tables = 0;
  #steps = 0;

  add(plan: RandomTable): void {
    this.#tables += 1;
    this.#steps += plan.steps.length;
  }

  say(name: PeerName, what: string): void {
    expect(this.#tables).toBeGreaterThanOrEqual(TABLES);
    process.stderr.write(`${name} ${what}: ${this.#tables} tables, ${this.#steps} steps, seed ${SEED}\n`);
  }
}

async function ours(path: string, plan: RandomTable): Promise<void> {
  const { schema, partitionColumns, properties, steps } = plan;
  const table = await createTable(path, { schema, partitionColumns, configuration: properties });
  for (const step of steps) {
    switch (step.kind) {
      case 'append':
        await table.append(rowsOf(plan, step));
        break;
      case 'overwrite':
        await table.overwrite(rowsOf(plan, step));
        break;
      case 'delete':
        await table.delete([{ column: ID, below: step.below }]);
        break;
      case 'optimize':
        await table.optimize();
        break;
      case 'checkpoint':
        // Ours are written by interval.
        await table.settled();
    }
  }
  await table.settled();
  expect((await (await openTable(path)).check()).findings).toEqual([]);
}

async function theirs(peer: Peer, path: string, plan: RandomTable): Promise<void> {
  const { schema, partitionColumns, properties, steps } = plan;
  mkdirSync(path);
  await peer.call('create', { path, fields: schema.fields, partition_by: partitionColumns, properties });
  for (const step of steps) {
    switch (step.kind) {
      case 'append':
      case 'overwrite': {
        const rows = rowsOf(plan, step).filter((row) => isWrittenRightly(peer.name, plan, row));
        await peer.call(step.kind, { path, ...rowSet(schema, rows) });
        break;
      }
      case 'delete':
        await peer.call('delete', { path, predicate: `${ID} < ${step.below}` });
        break;
      case 'optimize':
      case 'checkpoint':
        await peer.call(step.kind, { path });
    }
  }
}

/** Nasty rows with ids from 0 to 99, which conditions are about; none that would be null in a NOT NULL partition column. */
function rowsOf(
  { schema, partitionColumns }: RandomTable,
  { seed, rows }: { readonly seed: number; readonly rows: number },
): readonly Row[] {
  const isNull = (row: Row): boolean =>
    schema.fields.some(
      ({ name, nullable }) => !nullable && partitionColumns.includes(name) && row[name] === '',
    );
  return nastyRows(schema, rows, seed)
    .filter((row) => !isNull(row))
    .map((row, index) => ({ ...row, [ID]: (seed + 17 * index) % 100 }));
}
