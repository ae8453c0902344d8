import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  arrowsOf,
  circlesOf,
  floorsOf,
  type Import,
  importedFile,
  importsOf,
  isRelative,
  layoutOf,
  sourcesIn,
} from '../scripts/imports.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Who may import whom. Every room may also import itself and `app/src/errors.ts`. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  flight: [],
  config: [],
  // Pure: the same rows give the same flights.
  flights: ['flight'],
  topic: ['flight', 'package:*'],
  ingest: ['topic', 'flight', 'package:*'],
  lake: ['flight', 'library:delta-lake', 'package:*'],
  engine: ['lake', 'flight', 'library:*', 'package:*'],
  pipeline: ['topic', 'lake', 'engine', 'flight', 'flights', 'library:*', 'package:*'],
  // Pure: the page runs it too.
  wire: [],
  metrics: ['lake'],
  dashboard: ['metrics', 'wire', 'lake', 'engine', 'flight', 'library:*', 'package:*'],
  cluster: [],
  program: [
    'flight',
    'flights',
    'config',
    'topic',
    'ingest',
    'lake',
    'engine',
    'pipeline',
    'wire',
    'metrics',
    'dashboard',
    'cluster',
    'library:*',
    'package:*',
  ],
  // What a notebook imports is what the commands do.
  api: ['program', 'config', 'dashboard', 'engine', 'ingest'],
  cli: [
    'program',
    'cluster',
    'config',
    'topic',
    'ingest',
    'flight',
    'library:delta-lake',
    'package:commander',
  ],
};

const imports = (pattern: string): readonly Import[] => sourcesIn(ROOT, pattern).flatMap(importsOf);

/** What an import means: a room, `errors`, `library:NAME`, `package:NAME`, `node`, or `outside:PATH`. */
function targetOf({ file, specifier }: Import): string {
  if (specifier.startsWith('node:')) return 'node';
  const library = /^@contrail\/([^/]+)/.exec(specifier);
  if (library !== null) return `library:${library[1]}`;
  if (!specifier.startsWith('.'))
    return `package:${/^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier}`;
  const path = relative(ROOT, resolve(ROOT, dirname(file), specifier))
    .split(sep)
    .join('/');
  if (path === 'app/src/errors.ts') return 'errors';
  return /^app\/src\/([^/]+)\//.exec(path)?.[1] ?? `outside:${path}`;
}

const isAllowed = (target: string, allowed: readonly string[]): boolean =>
  allowed.includes(target) || allowed.includes(target.replace(/:.*/, ':*'));

/** One line per import that the table does not allow. */
function violations(found: readonly Import[]): readonly string[] {
  return found.flatMap((one) => {
    const room = one.file.split('/')[2] ?? '';
    const target = targetOf(one);
    const allowed = ROOMS[room];
    if (allowed === undefined) return one.file === 'app/src/errors.ts' ? [] : [`${one.file}: no such room`];
    return isAllowed(target, [...allowed, room, 'errors', 'node'])
      ? []
      : [`${one.file} imports ${one.specifier}: ${room} may not import ${target}`];
  });
}

describe('who may import whom', () => {
  const app = imports('app/src/**/*.ts');

  it('reads every form of import', () => {
    const text = `import 'a';\nimport type { B } from './b.ts';\nimport {\n  c,\n} from "c";\nexport * from 'd';\nconst e = await import('e');\n`;
    expect(importsOf({ file: 'x', text })).toEqual([
      { file: 'x', specifier: 'a', isTypeOnly: false },
      { file: 'x', specifier: './b.ts', isTypeOnly: true },
      { file: 'x', specifier: 'c', isTypeOnly: false },
      { file: 'x', specifier: 'd', isTypeOnly: false },
      { file: 'x', specifier: 'e', isTypeOnly: false },
    ]);
  });

  it.each([
    ['app/src/ingest/ingest.ts', '../pipeline/pipeline.ts'],
    ['app/src/dashboard/live/picture.ts', '../../pipeline/memory.ts'],
    ['app/src/topic/embedded/store.ts', '../../config/settings.ts'],
    ['app/src/flight/airports.ts', 'hono'],
    ['app/src/lake/lake.ts', '@contrail/spark-connect'],
    ['app/src/pipeline/plan.ts', '../../../web/src/main.ts'],
    ['app/src/program/topic.ts', '../cli/flags.ts'],
    ['app/src/program/query.ts', '../api/shown-rows.ts'],
    ['app/src/api/contrail.ts', '../cli/query.ts'],
    ['app/src/cli/query.ts', '../api/shown-rows.ts'],
  ])('would notice %s importing %s', (file, specifier) => {
    expect(violations([{ file, specifier, isTypeOnly: false }])).toHaveLength(1);
  });

  it('holds in every room of the app', () => {
    expect(app.length).toBeGreaterThan(100);
    expect(violations(app)).toEqual([]);
  });

  it('is the table of ARCHITECTURE.md', () => {
    const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const above: string[] = [];
    const table = Array.from(
      page.matchAll(/^\| `app\/src\/(\w+)` +\|.*\| (.*?) +\|$/gm),
      ([, room, words]) => {
        const allowed = (words as string).split(', ').flatMap((word) => {
          if (word === 'nothing') return [];
          if (word === 'all rooms above') return above;
          return word === 'libraries' ? ['library:*'] : [word.replace(/^`libs\/(.*)`$/, 'library:$1')];
        });
        above.push(room as string);
        return [room, allowed.toSorted()];
      },
    );
    const rooms = Object.entries(ROOMS).map(([room, allowed]) => [
      room,
      allowed.filter((one) => !one.startsWith('package:')).toSorted(),
    ]);
    expect(Object.fromEntries(table)).toEqual(Object.fromEntries(rooms));
  });

  it('keeps errors.ts free of imports, because every room has it', () => {
    expect(app.filter(({ file }) => file === 'app/src/errors.ts')).toEqual([]);
  });

  it('keeps the libraries free of the app and of each other', () => {
    const library = imports('libs/*/src/**/*.ts');
    expect(library.length).toBeGreaterThan(50);
    const leaving = library.filter(({ file, specifier }) => {
      const home = posix.join(...(file.split('/').slice(0, 2) as [string, string]));
      if (!specifier.startsWith('.')) return /^(contrail(\/|$)|@contrail\/)/.test(specifier);
      return !posix.join(posix.dirname(file), specifier).startsWith(`${home}/`);
    });
    expect(leaving).toEqual([]);
  });

  it('lets the page import nothing from the app but types, and the wire', () => {
    const page = imports('web/src/**/*.{ts,svelte}');
    const leaving = page.filter(
      ({ file, specifier }) =>
        /^contrail(\/|$)|^@contrail\//.test(specifier) ||
        (specifier.startsWith('.') && !posix.join(posix.dirname(file), specifier).startsWith('web/')),
    );
    const isWire = ({ specifier }: Import): boolean => specifier.startsWith('contrail/wire/');
    expect(leaving.filter(isWire).length).toBeGreaterThan(0);
    expect(leaving.filter((one) => !one.isTypeOnly && !isWire(one))).toEqual([]);
    // Or a page that was built before would go on with the old one.
    expect(readFileSync(join(ROOT, 'scripts/build-page.mjs'), 'utf8')).toContain("'app/src/wire/*.ts'");
  });

  it('keeps what the page knows below how it draws and shows it', () => {
    const live = imports('web/src/live/*.ts').filter(({ specifier }) => specifier.startsWith('../'));
    expect(live.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });

  it('keeps the wire free of all that a browser has not', () => {
    const wire = app.filter(({ file }) => file.startsWith('app/src/wire/'));
    expect(wire.map(targetOf).filter((target) => target !== 'wire')).toEqual([]);
  });

  it('leaves the environment to config and program', () => {
    const readers = sourcesIn(ROOT, '{app,libs/*}/src/**/*.ts')
      .filter(({ text }) =>
        /\bprocess\.env\b|\bimport\.meta\.env\b/.test(text.replaceAll(/`process\.env`/g, '')),
      )
      .map(({ file }) => file)
      .filter((file) => !/^app\/src\/(config|program)\//.test(file));
    expect(readers).toEqual([]);
  });
});

/** The rooms of the Delta library, lowest first: what stands on what. `libs/delta-lake/docs/architecture.md` says what each is. */
const FLOORS: readonly string[] = [
  'errors.ts',
  'records.ts',
  'arguments.ts',
  'schema',
  'actions',
  'features',
  'statistics',
  'storage',
  'parquet',
  'context',
  'log',
  'replay',
  'deletion-vector',
  'checkpoint',
  'scan',
  'snapshot',
  'changes',
  'housekeeping',
  'transaction',
  'data-files',
  'operations',
  'table',
  'index.ts',
  'duckdb.ts',
];
const DELTA = 'libs/delta-lake/src/';

/** One line per import that leads to a higher floor, or from or to a room that has none. */
function climbs(found: readonly Import[]): readonly string[] {
  const floorOf = (file: string): number => FLOORS.indexOf(file.slice(DELTA.length).split('/')[0] ?? '');
  return found.flatMap((one) => {
    const [from, to] = [floorOf(one.file), floorOf(importedFile(one))];
    return from === -1 || to === -1 || to > from ? [`${one.file} imports ${importedFile(one)}`] : [];
  });
}

describe('the floors of the Delta library', () => {
  const inside = imports(`${DELTA}**/*.ts`).filter(isRelative);
  const log = { file: `${DELTA}log/commits.ts`, specifier: '../actions/actions.ts', isTypeOnly: true };

  it.each([
    ['an import of a higher room', '../snapshot/snapshot.ts'],
    ['an import of the public face', '../index.ts'],
    ['an import of a room without a floor', '../helpers/text.ts'],
  ])('would notice %s, of a type too', (_, specifier) => {
    expect(climbs([log])).toEqual([]);
    expect(climbs([{ ...log, specifier }])).toHaveLength(1);
  });

  it('are climbed by no import, not even of a type', () => {
    expect(inside.length).toBeGreaterThan(500);
    expect(climbs(inside)).toEqual([]);
  });

  it('have rooms whose folders do not import each other', () => {
    const folderOf = (file: string): string =>
      FLOORS.some((room) => file === DELTA + room) ? file : posix.dirname(file);
    expect(circlesOf(arrowsOf(inside, folderOf))).toEqual([]);
  });

  it('are those of its architecture page, in that order, which names only files that exist', () => {
    const page = readFileSync(join(ROOT, 'libs/delta-lake/docs/architecture.md'), 'utf8');
    const named = Array.from(page.split('\n## ')[0]?.matchAll(/^\| `([^`]+)`/gm) ?? [], ([, room]) => room);
    expect(named).toEqual(FLOORS.filter((room) => room !== 'duckdb.ts'));
    const files = Array.from(page.matchAll(/`([\w-]+\/[\w./-]+\.ts)`/g), ([, path]) => path as string);
    expect(files.length).toBeGreaterThan(5);
    expect(
      files.filter((path) => !existsSync(join(ROOT, DELTA, path)) && !existsSync(join(ROOT, path))),
    ).toEqual([]);
  });
});

describe('circles of files', () => {
  it('would notice a circle, and not what leads to it or away from it', () => {
    const files = (['a b', 'b c', 'c d', 'd b', 'd e'] as const).map((pair) => ({
      file: `web/src/${pair[0]}.ts`,
      specifier: `./${pair[2]}.ts`,
      isTypeOnly: true,
    }));
    expect(circlesOf(arrowsOf(files.slice(0, 3)))).toEqual([]);
    expect(circlesOf(arrowsOf(files))).toEqual([['web/src/b.ts', 'web/src/c.ts', 'web/src/d.ts']]);
  });

  it.each(['app/src', 'libs/delta-lake/src', 'libs/spark-connect/src', 'web/src', 'bench'])(
    'are not in %s',
    (folder) => {
      const found = imports(`${folder}/**/*.{ts,svelte}`).filter(isRelative);
      expect(found.length).toBeGreaterThan(50);
      expect(circlesOf(arrowsOf(found))).toEqual([]);
    },
  );
});

describe('files and folders of a folder', () => {
  const arrows = (...pairs: readonly string[]) =>
    pairs.map((pair) => ({ from: pair.charAt(0), to: pair.charAt(1) }));

  it('have as many floors as the longest way down, and the fewest arrows back up', () => {
    expect(floorsOf(['a', 'b', 'c', 'd'], arrows('ab', 'bc', 'ac'))).toEqual({ floors: 3, backUp: [] });
    // Both circles have `bc`.
    const crossed = arrows('ab', 'bc', 'cd', 'db', 'ca');
    expect(floorsOf(['a', 'b', 'c', 'd'], crossed)).toEqual({ floors: 3, backUp: arrows('bc') });
    expect(floorsOf(['a', 'b', 'c'], arrows('ab', 'ba', 'cb', 'ac', 'bc')).backUp).toHaveLength(2);
  });

  const sources = sourcesIn(ROOT, '{app,web,libs/*}/src/**/*.{ts,svelte}');
  const rooms = new Set(sources.flatMap(({ file }) => /^app\/src\/\w+(?=\/)/.exec(file)?.[0] ?? []));

  it.each(['libs/delta-lake/src', 'libs/spark-connect/src', 'web/src', 'app/src', ...rooms])(
    'stand on each other in one direction in %s',
    (folder) => {
      const { floors, backUp } = layoutOf(folder, sources);
      expect(floors).toBeGreaterThan(1);
      expect(backUp).toEqual([]);
    },
  );
});
