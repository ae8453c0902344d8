import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createTable, creationIn, localStore, openTable, struct } from '../../src/index.ts';
import { collect, paths, SCHEMA, temporaryFolder } from '../tables.ts';
import { keys, storeContract, text } from './contract.ts';
import { withoutLinks } from './no-links.ts';

describe('the local store without hard links keeps the promises of the port:', () => {
  let giveBack = (): void => undefined;
  beforeAll(() => {
    giveBack = withoutLinks();
  });
  afterAll(() => giveBack());
  storeContract(() => localStore(join(temporaryFolder(), 'root')));
});

describe('without hard links', () => {
  let giveBack = (): void => undefined;
  beforeEach(() => {
    giveBack = withoutLinks();
  });
  afterEach(() => giveBack());

  test.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'])(
    'which the system says by %s, objects are created once, and nothing else is left',
    async (code) => {
      giveBack();
      giveBack = withoutLinks(code);
      const folder = temporaryFolder();
      expect(await creationIn(join(folder, 'not/yet'))).toBe('claims');
      const store = localStore(folder).at('log');
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.putIfAbsent('0.json', `writer ${i}`)),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(text(await store.get('0.json'))).toBe(`writer ${outcomes.indexOf('created')}`);
      expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()).toEqual([
        'log',
        'log/0.json',
      ]);
    },
  );

  test('a key that was deleted is created again, by one', async () => {
    const store = localStore(temporaryFolder());
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, i) => store.putIfAbsent('lock', `${round}/${i}`)),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(text(await store.get('lock'))).toBe(`${round}/${outcomes.indexOf('created')}`);
      await store.delete('lock');
    }
  });

  test('a claim that a dead process has left is settled by the next one, and is what the dead one wrote', async () => {
    const folder = temporaryFolder();
    const store = localStore(folder);
    mkdirSync(join(folder, '.1.json.claim'));
    writeFileSync(join(folder, '.1.json.claim/0b5c3d1e-8a2f-4c6d-9e1f-123456789abc'), 'of the dead');
    // Nobody has seen it, and listings do not show it.
    expect(await keys(store, '')).toEqual([]);
    expect(await store.head('1.json')).toBeNull();
    expect(await store.putIfAbsent('1.json', 'of the living')).toBe('exists');
    expect(text(await store.get('1.json'))).toBe('of the dead');
    expect(readdirSync(folder)).toEqual(['1.json']);
  });

  test('an empty claim, and one that came too late, stop nobody', async () => {
    const folder = temporaryFolder();
    const store = localStore(folder);
    for (const name of ['.1.json.claim', '.2.json.claim']) mkdirSync(join(folder, name));
    expect(await store.putIfAbsent('1.json', 'one')).toBe('created');
    writeFileSync(join(folder, '2.json'), 'two');
    writeFileSync(join(folder, '.2.json.claim/late'), 'late');
    expect(await store.putIfAbsent('2.json', 'three')).toBe('exists');
    expect(text(await store.get('2.json'))).toBe('two');
  });

  test('what killed writers have left is found after a day, whatever it is', async () => {
    const folder = temporaryFolder();
    const uuid = '0b5c3d1e-8a2f-4c6d-9e1f-123456789abc';
    const empty = [`_delta_log/.0.json.${uuid}.tmp`, `_delta_log/.trial.${uuid}.tmp/a`];
    const files = [`_delta_log/.1.json.${uuid}.tmp/body`, `_delta_log/.trial.${uuid}.tmp/b/2`];
    const left = [...empty, ...files].sort();
    const table = await createTable(folder, { schema: SCHEMA });
    for (const key of left) {
      mkdirSync(join(folder, key, empty.includes(key) ? '' : '..'), { recursive: true });
      if (files.includes(key)) writeFileSync(join(folder, key), 'x');
      utimesSync(join(folder, key), 1, 1);
    }
    expect((await collect(table.store.list(''))).map(({ key }) => key)).toEqual([
      '_delta_log/00000000000000000000.json',
    ]);
    expect((await table.check()).leftovers.files).toBe(4);
    expect((await table.vacuum()).files.map(({ path }) => path)).toEqual(left);
    await table.settled();
    expect(readdirSync(join(folder, '_delta_log')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('a table is created, written, optimized, cleaned up and read', async () => {
    const folder = temporaryFolder();
    const table = await createTable(folder, {
      schema: struct({ a: 'long' }),
      configuration: { 'delta.checkpointInterval': '5' },
    });
    for (let i = 0; i < 12; i++) await table.append([{ a: BigInt(i) }]);
    await table.optimize();
    await table.settled();
    expect((await table.check()).findings).toEqual([]);
    expect((await collect((await openTable(folder)).cached().rows())).flat()).toHaveLength(12);
    expect(readdirSync(join(folder, '_delta_log')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('a file system that replaces a folder with files in it is refused by name', async () => {
    const { rename } = fs.promises;
    onTestFinished(() => {
      fs.promises.rename = rename;
      syncBuiltinESMExports();
    });
    fs.promises.rename = async (from, to) => {
      fs.rmSync(to, { recursive: true, force: true });
      await rename(from, to);
    };
    syncBuiltinESMExports();
    const folder = temporaryFolder();
    const refused = {
      kind: 'unsupported',
      code: 'unsupported-file-system',
      message: expect.stringContaining(folder) as string,
    };
    await expect(creationIn(folder)).rejects.toMatchObject(refused);
    await expect(createTable(folder, { schema: SCHEMA })).rejects.toMatchObject(refused);
    expect(readdirSync(folder, { recursive: true })).toEqual(['_delta_log']);
  });
});

test('a file system with hard links is known for it, also while a link fails', async () => {
  const folder = temporaryFolder();
  expect(await creationIn(folder)).toBe('links');
  expect(readdirSync(folder)).toEqual([]);
});

test(
  'processes that race without hard links lose and double nothing, and read nothing torn',
  { timeout: 60_000 },
  async () => {
    const folder = temporaryFolder();
    await createTable(folder, { schema: SCHEMA, configuration: { 'delta.checkpointInterval': '10' } });
    const appender = join(import.meta.dirname, '../transaction/appender.ts');
    const preload = `${pathToFileURL(join(import.meta.dirname, 'no-links.ts')).href}?now`;
    const children = Array.from({ length: 4 }, (_, i) =>
      spawn(process.execPath, ['--import', preload, appender, folder, `writer${i}`, '25'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL');
    });
    const versions = await Promise.all(
      children.map(async (child) => {
        const [output, [code]] = await Promise.all([textOf(child.stdout), once(child, 'exit')]);
        expect(code).toBe(0);
        return output.trim().split('\n').map(Number);
      }),
    );
    // Each version was acknowledged to one.
    expect(versions.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    const table = await openTable(folder);
    expect(table.cached().version).toBe(100);
    expect(paths(table.cached())).toEqual(
      children
        .flatMap((_, i) => Array.from({ length: 25 }, (_unused, j) => `writer${i}-${j}.parquet`))
        .sort(),
    );
    for (let version = 0; version <= 100; version++) {
      const body = readFileSync(
        join(folder, '_delta_log', `${String(version).padStart(20, '0')}.json`),
        'utf8',
      );
      for (const line of body.trim().split('\n')) JSON.parse(line);
    }
    expect(readdirSync(join(folder, '_delta_log')).filter((name) => name.startsWith('.'))).toEqual([]);
  },
);
