import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { encodeRows } from '../../src/arrow/encode.ts';
import { type Relation, RelationSchema } from '../../src/gen/spark/connect/connect_pb.ts';
import { literal } from '../../src/plan/literal.ts';
import { openSession, type SessionOptions } from '../../src/session/session.ts';
import { COMPLETE, type FakeCalls, numbers, responses, startFakeServer, testClock } from '../fake-server.ts';

async function opened(calls: Partial<FakeCalls> = {}, options: SessionOptions = {}) {
  const server = await startFakeServer({ executePlan: () => responses([COMPLETE]), ...calls });
  const session = await openSession(server.address, { clock: testClock(), ...options });
  const plan = (index = 0) => server.requests('executePlan')[index]?.plan?.opType;
  return {
    server,
    session,
    plan,
    async [Symbol.asyncDispose]() {
      await session.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const root = (relType: object) => ({ case: 'root', value: { relType } });
const command = (commandType: object) => ({ case: 'command', value: { commandType } });

describe('what is sent', () => {
  it('for a query with parameters: typed literals beside the text', async () => {
    await using all = await opened();
    await all.session
      .sql('SELECT :a, :b', { parameters: { a: 5n, b: literal.array([literal.date('1970-01-02')]) } })
      .collect();
    expect(all.plan()).toMatchObject(
      root({
        case: 'sql',
        value: {
          query: 'SELECT :a, :b',
          namedArguments: {
            a: { exprType: { case: 'literal', value: { literalType: { case: 'long', value: 5n } } } },
            b: {
              exprType: {
                case: 'unresolvedFunction',
                value: {
                  functionName: 'array',
                  arguments: [{ exprType: { value: { literalType: { case: 'date', value: 1 } } } }],
                },
              },
            },
          },
        },
      }),
    );
  });

  it('for a query with parameters in its text, where the server takes no others', async () => {
    await using all = await opened({}, { parameters: 'text' });
    await all.session.sql("SELECT :a, ':a'", { parameters: { a: "it's" } }).collect();
    expect(all.plan()).toMatchObject(
      root({ case: 'sql', value: { query: "SELECT CAST(X'69742773' AS STRING), ':a'", namedArguments: {} } }),
    );
  });

  it('for a query over relations: each under its name', async () => {
    await using all = await opened();
    const files = all.session.read({
      format: 'parquet',
      schema: 'n BIGINT',
      paths: ['/a', '/b'],
      options: { mergeSchema: 'false' },
    });
    await all.session.sql('SELECT * FROM files', { relations: { files } }).collect();
    const read = {
      case: 'read',
      value: {
        readType: {
          case: 'dataSource',
          value: {
            format: 'parquet',
            schema: 'n BIGINT',
            paths: ['/a', '/b'],
            options: { mergeSchema: 'false' },
          },
        },
      },
    };
    expect(all.plan()).toMatchObject(
      root({
        case: 'withRelations',
        value: {
          root: { relType: { case: 'sql', value: { query: 'SELECT * FROM files' } } },
          references: [
            { relType: { case: 'subqueryAlias', value: { alias: 'files', input: { relType: read } } } },
          ],
        },
      }),
    );
  });

  it('for a view, a table and a limit', async () => {
    await using all = await opened();
    await all.session.table('flights').limit(3).createTempView('few');
    expect(all.plan()).toMatchObject(
      command({
        case: 'createDataframeView',
        value: {
          name: 'few',
          replace: true,
          input: {
            relType: {
              case: 'limit',
              value: {
                limit: 3,
                input: {
                  relType: {
                    value: { readType: { case: 'namedTable', value: { unparsedIdentifier: 'flights' } } },
                  },
                },
              },
            },
          },
        },
      }),
    );
  });

  it('for a write to a folder', async () => {
    await using all = await opened();
    await all.session.table('flights').write({
      format: 'parquet',
      path: '/out',
      mode: 'overwrite',
      partitionBy: ['day'],
      options: { compression: 'zstd' },
    });
    expect(all.plan()).toMatchObject(
      command({
        case: 'writeOperation',
        value: {
          source: 'parquet',
          saveType: { case: 'path', value: '/out' },
          mode: 2,
          partitioningColumns: ['day'],
          options: { compression: 'zstd' },
        },
      }),
    );
  });

  it('for nothing when a write has no clear aim', async () => {
    await using all = await opened();
    const table = all.session.table('flights');
    for (const target of [{}, { path: '/a', table: 'b', format: 'parquet' }, { path: '/a' }])
      await expect(table.write(target)).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(() => table.limit(-1)).toThrow(/number of rows/);
    expect(all.plan()).toBeUndefined();
  });

  it('for settings', async () => {
    await using all = await opened({
      config: ({ operation }) =>
        operation?.opType.case === 'getOption'
          ? { pairs: [{ key: 'a', value: '1' }] }
          : { warnings: ['old'] },
    });
    expect(await all.session.config.set({ a: '1' })).toEqual(['old']);
    expect(await all.session.config.get('a')).toBe('1');
    expect(await all.session.config.get('b')).toBeUndefined();
    await all.session.config.unset(['a', 'b']);
    expect(all.server.requests('config').map(({ operation }) => operation?.opType)).toMatchObject([
      { case: 'set', value: { pairs: [{ key: 'a', value: '1' }] } },
      { case: 'getOption', value: { keys: ['a'] } },
      { case: 'getOption', value: { keys: ['b'] } },
      { case: 'unset', value: { keys: ['a', 'b'] } },
    ]);
  });
});

describe('execute', () => {
  const answering = (relation: object) =>
    responses([{ responseType: { case: 'sqlCommandResult', value: { relation } } }, COMPLETE]);

  it('answers the rows that came with the statement’s result', async () => {
    const data = encodeRows({ tableName: 'string' }, [{ tableName: 'flights' }]);
    await using all = await opened({
      executePlan: () => answering({ relType: { case: 'localRelation', value: { data } } }),
    });
    expect(await all.session.execute('SHOW TABLES')).toEqual([{ tableName: 'flights' }]);
    expect(all.plan()).toMatchObject(
      command({
        case: 'sqlCommand',
        value: { sql: 'SHOW TABLES', input: { relType: { case: 'sql', value: { query: 'SHOW TABLES' } } } },
      }),
    );
  });

  it('asks for the rows of a SELECT, whose plan the server hands back', async () => {
    await using all = await opened({
      executePlan: ({ plan }) =>
        plan?.opType.case === 'root'
          ? responses([numbers([1n]), COMPLETE])
          : answering({ relType: { case: 'sql', value: { query: 'SELECT 1 AS n' } } }),
    });
    expect(await all.session.execute('SELECT 1 AS n')).toEqual([{ n: 1n }]);
    const ids = all.server.requests('executePlan').map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(2);
  });

  it('answers no rows when there are none', async () => {
    await using all = await opened({
      executePlan: () => answering({ relType: { case: 'localRelation', value: {} } }),
    });
    expect(await all.session.execute('SET x = 1')).toEqual([]);
  });
});

describe('a relation of the server that we do not know', () => {
  it('is sent back as it came', () => {
    // Field 36, cached_local_relation {hash = 3: "abc"}, which our messages leave out.
    const bytes = new Uint8Array([0xa2, 0x02, 5, 0x1a, 3, 97, 98, 99]);
    const relation: Relation = fromBinary(RelationSchema, bytes);
    expect(relation.relType.case).toBeUndefined();
    expect(toBinary(RelationSchema, relation)).toEqual(bytes);
  });
});

describe('schema and explain', () => {
  it('name the types as Spark SQL does', async () => {
    const of = (kind: object) => ({ kind }) as never;
    const string = of({ case: 'string', value: {} });
    await using all = await opened({
      analyzePlan: ({ analyze }) =>
        analyze.case === 'schema'
          ? {
              result: {
                case: 'schema',
                value: {
                  schema: of({
                    case: 'struct',
                    value: {
                      fields: [
                        { name: 'a', dataType: of({ case: 'long', value: {} }) },
                        {
                          name: 'b',
                          nullable: true,
                          dataType: of({ case: 'decimal', value: { precision: 10, scale: 2 } }),
                        },
                        {
                          name: 'c',
                          dataType: of({
                            case: 'map',
                            value: {
                              keyType: string,
                              valueType: of({ case: 'array', value: { elementType: string } }),
                            },
                          }),
                        },
                        {
                          name: 'd',
                          dataType: of({ case: 'dayTimeInterval', value: { startField: 0, endField: 3 } }),
                        },
                      ],
                    },
                  }),
                },
              },
            }
          : analyze.case === 'explain'
            ? { result: { case: 'explain', value: { explainString: `mode ${analyze.value.explainMode}` } } }
            : { result: { case: 'sparkVersion', value: { version: '4.2.0' } } },
    });
    expect(await all.session.table('t').schema()).toEqual([
      { name: 'a', type: 'bigint', isNullable: false },
      { name: 'b', type: 'decimal(10,2)', isNullable: true },
      { name: 'c', type: 'map<string,array<string>>', isNullable: false },
      { name: 'd', type: 'interval day to second', isNullable: false },
    ]);
    expect(await all.session.table('t').explain('cost')).toBe('mode 4');
  });
});
