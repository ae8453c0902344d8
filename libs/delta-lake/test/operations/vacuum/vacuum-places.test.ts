import {
  existsSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTable, type DeltaTable, memoryStore, openTable, struct } from '../../../src/index.ts';
import { collect, temporaryFolder } from '../../tables.ts';

const DAY_MS = 86_400_000;
const PAST = Date.now() - 40 * DAY_MS;

/** Makes everything below a folder forty days old. */
function age(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    lutimesSync(join(folder, name), PAST / 1000, PAST / 1000);
}

function pad(version: number): string {
  return `${String(version).padStart(20, '0')}.json`;
}

/** A table on disk with one file, whose name is answered. */
async function tableIn(folder: string): Promise<{ readonly file: string; readonly log: string }> {
  await using table = await createTable(folder, { schema: struct({ a: 'long' }) });
  await table.append([{ a: 1n }]);
  const [file] = table.cached().files();
  return { file: file?.path ?? '', log: join(folder, '_delta_log') };
}

/** Adds a commit by hand, as no writer of ours would make it. */
function commit(log: string, version: number, ...actions: readonly object[]): void {
  writeFileSync(join(log, pad(version)), actions.map((action) => `${JSON.stringify(action)}\n`).join(''));
}

/** Has the log name the one file of the table in another way. */
function rename(log: string, file: string, path: string): void {
  const body = readFileSync(join(log, pad(1)), 'utf8');
  writeFileSync(join(log, pad(1)), body.replace(JSON.stringify(file), JSON.stringify(path)));
}

async function rowsOf(table: DeltaTable): Promise<number> {
  return (await collect((await table.snapshot()).rows())).flat().length;
}

const gone = (report: { readonly files: readonly { readonly path: string }[] }): string[] =>
  report.files.map(({ path }) => path);

describe('vacuum never leaves the folder of its table', () => {
  test.each([
    '../victim.txt',
    '../../victim.txt',
    'day=1/../../victim.txt',
    '%2e%2e/victim.txt',
    '%2e%2e%2fvictim.txt',
    '..%2F..%2Fvictim.txt',
    './/..//victim.txt',
    'ABSOLUTE',
    'file:ABSOLUTE',
    'file://localhostABSOLUTE',
    'outside/victim.txt',
  ])('whatever file a commit removes: "%s"', async (text) => {
    const folder = temporaryFolder();
    const root = join(folder, 'tables/t');
    const { file, log } = await tableIn(root);
    const victims = [join(folder, 'victim.txt'), join(folder, 'tables/victim.txt')];
    for (const victim of victims) writeFileSync(victim, 'x');
    symlinkSync(join(folder, 'tables'), join(root, 'outside'));
    const path = text.replace('ABSOLUTE', victims[0] ?? '');
    commit(log, 2, { remove: { path, deletionTimestamp: PAST, dataChange: true } });
    commit(log, 3, { commitInfo: { operation: 'NOTHING' } });
    age(folder);
    const table = await openTable(root);
    for (const scope of ['log', 'folder'] as const) {
      const options = { scope, retentionMs: 0, allowShortRetention: true };
      expect(gone(await table.vacuum({ ...options, dryRun: true }))).toEqual([]);
      expect(gone(await table.vacuum(options))).toEqual([]);
    }
    expect(victims.map((victim) => existsSync(victim))).toEqual([true, true]);
    expect(readdirSync(root)).toContain(file);
    expect(await rowsOf(table)).toBe(1);
  });

  test('by a deletion vector that a commit removes', async () => {
    const folder = temporaryFolder();
    const root = join(folder, 't');
    const { log } = await tableIn(root);
    writeFileSync(join(folder, 'victim.bin'), 'x');
    const deletionVector = {
      storageType: 'p',
      pathOrInlineDv: join(folder, 'victim.bin'),
      offset: 1,
      sizeInBytes: 1,
      cardinality: 1,
    };
    const relative = { ...deletionVector, pathOrInlineDv: '../victim.bin' };
    for (const [version, vector] of [deletionVector, relative].entries())
      commit(log, 2 + version, {
        remove: { path: 'gone.parquet', deletionTimestamp: PAST, dataChange: true, deletionVector: vector },
      });
    age(folder);
    const table = await openTable(root);
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual([]);
    expect(existsSync(join(folder, 'victim.bin'))).toBe(true);
  });

  test.each([
    '_delta_log/00000000000000000000.json',
    '_delta_log//%30000000000000000000.json',
    '_Delta_Log/x',
  ])('nor deletes a part of the log because a commit removes "%s"', async (path) => {
    const root = temporaryFolder();
    const { log } = await tableIn(root);
    commit(log, 2, { remove: { path, deletionTimestamp: PAST, dataChange: true } });
    age(root);
    const table = await openTable(root);
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual([]);
    expect(existsSync(join(log, pad(0)))).toBe(true);
  });

  test('nor, in a store in memory, the objects beside it', async () => {
    let now = PAST;
    const store = memoryStore({ clock: () => now });
    await store.put('tables/victim', 'x');
    await store.put('victim', 'x');
    const table = await createTable(
      store.at('tables/t'),
      { schema: struct({ a: 'long' }) },
      { clock: () => now },
    );
    for (const [version, path] of ['../victim', '..%2f..%2fvictim', 'memory://store/victim'].entries()) {
      const remove = { path, deletionTimestamp: PAST, dataChange: true };
      await store.put(`tables/t/_delta_log/${pad(version + 1)}`, `${JSON.stringify({ remove })}\n`);
    }
    now += 40 * DAY_MS;
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual([]);
    expect(gone(await table.vacuum())).toEqual([]);
    expect(await store.head('victim')).not.toBeNull();
    expect(await store.head('tables/victim')).not.toBeNull();
  });

  test('leaves a table alone that lies in a folder of this one', async () => {
    const root = temporaryFolder();
    await tableIn(root);
    const inner = await tableIn(join(root, 'nested/table'));
    writeFileSync(join(root, 'nested/orphan'), 'x');
    age(root);
    const table = await openTable(root);
    expect((await table.check()).orphans.files).toBe(1);
    expect(gone(await table.vacuum())).toEqual(['nested/orphan']);
    expect(existsSync(join(root, 'nested/table', inner.file))).toBe(true);
  });
});

describe('vacuum knows the files of the table however they are written', () => {
  const SPELLINGS: readonly (readonly [string, (folder: string, file: string) => string])[] = [
    ['file:/ and the true path', (folder, file) => `file:${folder}/real/t/${file}`],
    ['file:/// and the true path', (folder, file) => `file://${folder}/real/t/${file}`],
    ['file://localhost', (folder, file) => `file://localhost${folder}/real/t/${file}`],
    ['the true path alone', (folder, file) => `${folder}/real/t/${file}`],
    ['the path of the link', (folder, file) => `file:${folder}/link/t/${file}`],
    ['another link', (folder, file) => `file:${folder}/other/${file}`],
    ['slashes and dots', (folder, file) => `${folder}//real/./t/../t/${file}`],
    ['escapes', (folder, file) => `file:${folder}/real/%74/${file.replace('part', '%70art')}`],
    ['a way out and in again', (_, file) => `../t/${file}`],
    ['a dot', (_, file) => `./${file}`],
    ['a link in the folder', (_, file) => `within/${file}`],
    ['a link to the file', () => 'link.parquet'],
    ['a second name of the file', () => 'second.parquet'],
  ];

  test.each(SPELLINGS)('%s', async (_, spell) => {
    const folder = temporaryFolder();
    const root = join(folder, 'real/t');
    const { file, log } = await tableIn(root);
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    symlinkSync(root, join(folder, 'other'));
    symlinkSync('.', join(root, 'within'));
    symlinkSync(file, join(root, 'link.parquet'));
    linkSync(join(root, file), join(root, 'second.parquet'));
    rename(log, file, spell(folder, file));
    writeFileSync(join(root, 'orphan.parquet'), 'x');
    age(folder);
    for (const location of [join(folder, 'link/t'), root]) {
      const table = await openTable(location);
      expect(await rowsOf(table)).toBe(1);
      expect((await table.check()).orphans.files).toBe(location === root ? 0 : 1);
      expect(gone(await table.vacuum())).toEqual(location === root ? [] : ['orphan.parquet']);
      expect(await rowsOf(table)).toBe(1);
    }
  });

  test('by the log alone, too: removed under one name, live under another', async () => {
    const folder = temporaryFolder();
    const root = join(folder, 'real/t');
    const { file, log } = await tableIn(root);
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const [, add] = readFileSync(join(log, pad(1)), 'utf8')
      .trim()
      .split('\n');
    const { add: added } = JSON.parse(add ?? '') as { readonly add: object };
    commit(
      log,
      2,
      { remove: { path: file, deletionTimestamp: PAST, dataChange: true } },
      { add: { ...added, path: `file:${root}/${file}` } },
    );
    commit(log, 3, { commitInfo: { operation: 'NOTHING' } });
    age(folder);
    const table = await openTable(join(folder, 'link/t'));
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual([]);
    expect(await table.deleteExpired({ retentionMs: 0 })).toMatchObject({ deleted: 0 });
    expect(await rowsOf(table)).toBe(1);
  });

  test('deletes what is removed in a table whose log has whole addresses', async () => {
    const root = temporaryFolder();
    const { file, log } = await tableIn(root);
    const path = `file:${root}/${file}`;
    rename(log, file, path);
    commit(log, 2, { remove: { path, deletionTimestamp: PAST, dataChange: true } });
    age(root);
    expect(gone(await (await openTable(root)).vacuum({ scope: 'log' }))).toEqual([file]);
  });
});

describe('vacuum deletes nothing in doubt, and says why', () => {
  test('when a live file is not there', async () => {
    const root = temporaryFolder();
    const { file } = await tableIn(root);
    writeFileSync(join(root, 'orphan.parquet'), 'x');
    renameSync(join(root, file), join(root, 'renamed.parquet'));
    age(root);
    const table = await openTable(root);
    for (const dryRun of [true, false])
      await expect(table.vacuum({ dryRun })).rejects.toMatchObject({
        kind: 'corrupt',
        code: 'unclear-files',
        message: expect.stringContaining(file) as string,
      });
    expect(readdirSync(root).sort()).toEqual(['_delta_log', 'orphan.parquet', 'renamed.parquet']);
  });

  test('when a live file lies in a store of another kind, and may be one of the folder', async () => {
    const root = temporaryFolder();
    const { file, log } = await tableIn(root);
    rename(log, file, `dbfs:/mnt/t/${file}`);
    age(root);
    const table = await openTable(root);
    await expect(table.vacuum()).rejects.toMatchObject({ code: 'unclear-files' });
    expect(existsSync(join(root, file))).toBe(true);
  });

  test('when a folder was copied and its log names the files of the original', async () => {
    const folder = temporaryFolder();
    const root = join(folder, 't');
    const { file, log } = await tableIn(root);
    mkdirSync(join(folder, 'original'));
    writeFileSync(join(folder, 'original', file), readFileSync(join(root, file)));
    rename(log, file, `file:${folder}/original/${file}`);
    age(folder);
    const table = await openTable(root);
    await expect(table.vacuum()).rejects.toMatchObject({
      code: 'unclear-files',
      facts: { paths: [file, `file:${folder}/original/${file}`] },
    });
    expect(existsSync(join(root, file))).toBe(true);
  });

  test('in memory: when a live file is gone', async () => {
    let now = PAST;
    const store = memoryStore({ clock: () => now });
    const table = await createTable(store, { schema: struct({ a: 'long' }) }, { clock: () => now });
    await table.append([{ a: 1n }]);
    await store.put('orphan', 'x');
    await store.delete(table.cached().files()[0]?.path ?? '');
    now += 40 * DAY_MS;
    await expect(table.vacuum()).rejects.toMatchObject({ code: 'unclear-files' });
    expect(await store.head('orphan')).not.toBeNull();
  });
});

describe('a shallow clone', () => {
  test('is vacuumed of its own files, and the files of its original stay', async () => {
    const folder = temporaryFolder();
    const { file } = await tableIn(join(folder, 'original'));
    const clone = join(folder, 'clone');
    const { file: own, log } = await tableIn(clone);
    rename(log, own, `file:${folder}/original/${file}`);
    // The file of the original leaves the clone, and is nobody's to delete.
    commit(log, 2, {
      remove: { path: `file:${folder}/original/${file}`, deletionTimestamp: PAST, dataChange: true },
    });
    age(folder);
    const table = await openTable(clone);
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual([]);
    expect(gone(await table.vacuum())).toEqual([own]);
    expect(await rowsOf(await openTable(join(folder, 'original')))).toBe(1);
  });

  test('reads a file by an address that climbs', async () => {
    const folder = temporaryFolder();
    const { file } = await tableIn(join(folder, 'original'));
    const { file: own, log } = await tableIn(join(folder, 'clone'));
    rename(log, own, `../original/${file}`);
    rmSync(join(folder, 'clone', own));
    expect(await rowsOf(await openTable(join(folder, 'clone')))).toBe(1);
  });
});

describe('a retention that cannot be read', () => {
  const unreadable = async (property: string, text: string): Promise<{ readonly root: string }> => {
    const root = temporaryFolder();
    const { file, log } = await tableIn(root);
    const body = readFileSync(join(log, pad(0)), 'utf8');
    writeFileSync(
      join(log, pad(0)),
      body.replace('"configuration":{}', `"configuration":${JSON.stringify({ [property]: text })}`),
    );
    commit(log, 2, { remove: { path: file, deletionTimestamp: PAST, dataChange: true } });
    age(root);
    return { root };
  };

  test.each(['interval 3 months', 'interval 2 years', 'forever', '-3 days', ''])(
    'such as "%s": vacuum deletes nothing and names the property',
    async (text) => {
      const { root } = await unreadable('delta.deletedFileRetentionDuration', text);
      const table = await openTable(root);
      for (const scope of ['log', 'folder'] as const)
        await expect(table.vacuum({ scope })).rejects.toMatchObject({
          kind: 'invalid',
          code: 'unreadable-property',
          facts: { property: 'delta.deletedFileRetentionDuration', value: text },
        });
      await expect(table.vacuum({ retentionMs: 30 * DAY_MS })).rejects.toMatchObject({
        code: 'unreadable-property',
      });
      expect((await table.check()).orphans.files).toBe(0);
    },
  );

  test('log cleanup deletes nothing and names the property; the table is read and written', async () => {
    const { root } = await unreadable('delta.logRetentionDuration', 'interval 1 month');
    const table = await openTable(root);
    await expect(table.cleanUpLog()).rejects.toMatchObject({
      code: 'unreadable-property',
      facts: { property: 'delta.logRetentionDuration', value: 'interval 1 month' },
    });
    await table.append([{ a: 2n }]);
    expect(await rowsOf(table)).toBe(1);
  });

  test('a long one of half a second more is as long as it says', async () => {
    const { root } = await unreadable('delta.deletedFileRetentionDuration', 'interval 90 days 0.5 seconds');
    const table = await openTable(root);
    expect(gone(await table.vacuum())).toEqual([]);
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual([]);
  });
});
