import { memoryStore } from '@contrail/delta-lake';
import { type DataFrame, openSession, type SparkSession } from '@contrail/spark-connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer } from '../../../../libs/spark-connect/test/fake-server.ts';
import type { Relation, Select } from '../../../src/engine/engine.ts';
import { bindSelect } from '../../../src/engine/spark/bind.ts';
import { KeptRelations } from '../../../src/engine/spark/kept.ts';
import { Macros } from '../../../src/engine/spark/macros.ts';
import { Storage } from '../../../src/engine/spark/storage.ts';
import { tuningFor } from '../../../src/engine/spark/tuning.ts';

/** What a query sends to Spark: its text, and the views that it names, in the order of their making as v1, v2, … */
interface Sent {
  readonly text: string;
  readonly views: readonly unknown[];
}

function sentBy({ relation: { relType } }: DataFrame): Sent {
  if (relType.case === 'sql') return { text: relType.value.query, views: [] };
  if (relType.case !== 'withRelations') throw new Error(`${relType.case} is no query`);
  const { root, references } = relType.value;
  let text = root?.relType.case === 'sql' ? root.relType.value.query : '';
  const views = references.map(({ relType: reference }, index) => {
    if (reference.case !== 'subqueryAlias') throw new Error(`${reference.case} names no view`);
    text = text.replaceAll(new RegExp(`\\b${reference.value.alias}\\b`, 'g'), `v${index + 1}`);
    return reference.value.input?.relType;
  });
  return { text, views };
}

const parquet = (schema: string, ...paths: readonly string[]): object => ({
  case: 'read',
  value: {
    readType: {
      case: 'dataSource',
      value: { format: 'parquet', schema, options: { recursiveFileLookup: 'true' }, paths },
    },
  },
});

describe('a SELECT for Spark', () => {
  let server: FakeServer;
  let session: SparkSession;
  const kept = new KeptRelations(new Storage(memoryStore()));
  const macros = new Macros(
    'create or replace temporary function twice(x double) returns double return x + x;\n',
  );
  const bound = async (
    sql: string,
    relations: Select['relations'],
    parameters: Select['parameters'] = {},
    messages: (relation: Relation) => Promise<Relation> = () => Promise.reject(new Error('no messages')),
  ): Promise<Sent> => {
    const select = await bindSelect({ session, kept, macros, messages }, { sql, relations, parameters });
    return sentBy(select.query());
  };

  beforeAll(async () => {
    server = await startFakeServer({});
    session = await openSession(server.address);
  });
  afterAll(async () => {
    await session.close();
    await server[Symbol.asyncDispose]();
  });

  it('stands in another one, so that a comment at its end hides nothing', async () => {
    expect((await bound('select 1 as one -- the end', {})).text).toBe('select * from (select 1 as one \n)');
  });

  it('gives other columns and a hint where it is asked for them', async () => {
    const messages = (): Promise<Relation> => Promise.reject(new Error('no messages'));
    const select = await bindSelect(
      { session, kept, macros, messages },
      { sql: 'select 1 as x', relations: {} },
    );
    expect(sentBy(select.query('x as y', '/*+ coalesce(1) */ ')).text).toBe(
      'select /*+ coalesce(1) */ x as y from (select 1 as x\n)',
    );
  });

  it('has its macros written out and its values as literals, wherever a marker is no text', async () => {
    const { text } = await bound("select twice(:x) as two, ':x' as text", {}, { x: 2.5 });
    expect(text).not.toContain('twice(');
    expect(text).toContain("':x' as text");
    expect(text.match(/2\.5/g)).toHaveLength(2);
  });

  it('reads exactly these files, whose paths are no patterns', async () => {
    const files: Relation = {
      kind: 'files',
      columns: [
        { name: 'icao24', type: 'string' },
        { name: 'n', type: 'long' },
      ],
      files: [{ path: '/lake/day=1/a[1].parquet' }, { path: 's3://lake/b.parquet' }],
    };
    const { text, views } = await bound('select * from flights', { flights: files });
    expect(text).toBe('select * from (select * from (select `icao24`, `n` from v1) as flights\n)');
    expect(views).toMatchObject([
      parquet('`icao24` string, `n` bigint', 'file:/lake/day=1/a\\[1\\].parquet', 's3a://lake/b.parquet'),
    ]);
  });

  it('has a value that the files leave out beside them, once for each value', async () => {
    const files: Relation = {
      kind: 'files',
      columns: [
        { name: 'day', type: 'date' },
        { name: 'n', type: 'long' },
      ],
      files: [
        { path: '/a', constants: { day: '2026-11-23' } },
        { path: '/b', constants: { day: null } },
        { path: '/c', constants: { day: '2026-11-23' } },
      ],
    };
    const { text, views } = await bound('select * from flights', { flights: files });
    expect(text).toMatch(
      /select cast\(.*\) as `day`, `n` from v1 union all select cast\(NULL as date\) as `day`, `n` from v2/i,
    );
    expect(views).toMatchObject([
      parquet('`n` bigint', 'file:/a', 'file:/c'),
      parquet('`n` bigint', 'file:/b'),
    ]);
  });

  it('needs no view for a relation without rows, whatever it is made of', async () => {
    const columns = [{ name: 'n', type: 'array<integer>' }] as const;
    await kept.replace(
      'nothing',
      { kind: 'files', columns: [{ name: 'n', sqlType: 'array<int>' }], addresses: [], rows: 0 },
      tuningFor(1, 1, 1),
    );
    for (const relation of [
      { kind: 'files', columns, files: [] },
      { kind: 'rows', columns, rows: [] },
      { kind: 'kept', name: 'nothing' },
    ] as const) {
      const { text, views } = await bound('select * from r', { r: relation });
      expect(text).toContain('(select cast(null as array<int>) as `n` where false) as r');
      expect(views).toEqual([]);
    }
  });

  it('takes rows with it, lists as JSON text', async () => {
    const rows: Relation = {
      kind: 'rows',
      columns: [
        { name: 'id', type: 'long' },
        { name: 'near', type: 'array<integer>' },
      ],
      rows: [
        { id: 1, near: [2, 3] },
        { id: 2, near: null },
      ],
    };
    const { text, views } = await bound('select * from cells', { cells: rows });
    expect(text).toContain("select `id`, from_json(`near`, 'array<int>') as `near` from v1");
    expect(views).toMatchObject([{ case: 'localRelation' }]);
  });

  it('reads what is kept: files, or a SELECT that is computed where it is read', async () => {
    const tuning = tuningFor(1, 1, 1);
    const columns = [{ name: 'x', sqlType: 'bigint' }];
    await kept.replace('batch', { kind: 'files', columns, addresses: ['/kept'], rows: 3 }, tuning);
    const select = {
      sql: 'select x + 1 as x from b',
      relations: { b: { kind: 'kept', name: 'batch' } },
    } as const;
    await kept.replace('view', { kind: 'select', select, inputs: [] }, tuning);
    const { text, views } = await bound('select * from v', { v: { kind: 'kept', name: 'view' } });
    expect(text.replaceAll(/\s+/g, ' ')).toBe(
      'select * from (select * from (select x + 1 as x from (select * from v1) as b ) as v )',
    );
    expect(views).toMatchObject([parquet('`x` bigint', 'file:/kept')]);
    await expect(bound('select 1', { v: { kind: 'kept', name: 'none' } })).rejects.toMatchObject({
      code: 'sql-failed',
    });
  });

  it('keeps messages before it reads them', async () => {
    const rows: Relation = { kind: 'rows', columns: [{ name: 'n', type: 'long' }], rows: [{ n: 1 }] };
    const messages = { kind: 'messages', topic: {} as never, ranges: [], simulated: false } as const;
    const asked: Relation[] = [];
    const { text } = await bound('select * from batch', { batch: messages }, {}, (relation) => {
      asked.push(relation);
      return Promise.resolve(rows);
    });
    expect(asked).toEqual([messages]);
    expect(text).toContain('(select `n` from v1) as batch');
  });

  it('brings in a relation once that two SELECTs name, and refuses two of one name', async () => {
    const a: Relation = { kind: 'rows', columns: [{ name: 'n', type: 'long' }], rows: [{ n: 1 }] };
    const inner: Relation = { kind: 'select', select: { sql: 'select n from a', relations: { a } } };
    const { views } = await bound('select * from a join inner using (n)', { a, inner });
    expect(views).toHaveLength(1);
    await expect(bound('select * from a, inner', { a: { ...a }, inner })).rejects.toMatchObject({
      code: 'relation-ambiguous',
    });
  });
});
