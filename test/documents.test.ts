import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  ...globSync('docs/**/*.md', { cwd: ROOT }),
  ...globSync('libs/*/{README.md,docs/*.md}', { cwd: ROOT }),
];
/** Folders whose paths, written from the root, a document may name. */
const PATH = /`((?:app|libs|web|test|scripts|bench|tools|docs|deploy|notebooks)\/[\w./-]*)`/g;
/** Pictures are not links: a document reads without them. */
const LINK = /(?<!!)\[[^\]]*\]\((?!https?:|#)([^)#]+)[^)]*\)/g;

describe.each(DOCUMENTS)('%s', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');

  it('names only files and folders that exist', () => {
    const named = Array.from(text.matchAll(PATH), ([, path]) => path as string);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('links only to files that exist', () => {
    const linked = Array.from(text.matchAll(LINK), ([, path]) => path as string);
    const missing = linked.filter((path) => !existsSync(join(ROOT, dirname(document), path)));
    expect(missing).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it('names every room of the app', () => {
    const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const rooms = globSync('app/src/*/', { cwd: ROOT }).map((path) =>
      path.replaceAll('\\', '/').replace(/\/$/, ''),
    );
    expect(rooms.length).toBeGreaterThan(5);
    expect(rooms.filter((room) => !text.includes(`\`${room}\``))).toEqual([]);
  });
});

it('each check of the page names a test that is there', () => {
  const text = readFileSync(join(ROOT, 'docs/page-checks.md'), 'utf8');
  const named = Array.from(text.matchAll(/`([\w./-]+\.ts)` "([^"]+)"/g), ([, path, name]) => ({
    path: path as string,
    name: name as string,
  }));
  expect(named.length).toBeGreaterThan(25);
  expect(named.filter(({ path, name }) => !readFileSync(join(ROOT, path), 'utf8').includes(name))).toEqual(
    [],
  );
});

it('decisions have a number each, in their title too', () => {
  const pages = globSync('docs/decisions/*.md', { cwd: ROOT }).map((path) => ({
    number: /(\d{4})-[^/\\]*$/.exec(path)?.[1],
    title: /^# (\d{4}): /.exec(readFileSync(join(ROOT, path), 'utf8'))?.[1],
  }));
  expect(pages.length).toBeGreaterThan(15);
  expect(pages.filter(({ number, title }) => number !== title)).toEqual([]);
  expect(new Set(pages.map(({ number }) => number)).size).toBe(pages.length);
});

/** Words that make a reader stop. */
const STOP_WORDS = /\b(whoever|anew|in vain|all the same)\b/i;

it('code and documents use plain words', () => {
  const files = globSync(
    '{*.md,{docs,deploy,notebooks}/**/*.{md,sh,ipynb},{app,web,libs/*}/{src,test}/**/*.{ts,svelte,sql,py,md},{bench,scripts,test}/**/*.{ts,mjs}}',
    { cwd: ROOT, exclude: (path) => /(^|[/\\])(node_modules|gen)$/.test(path) },
  ).filter((path) => !path.endsWith('documents.test.ts'));
  expect(files.length).toBeGreaterThan(500);
  const found = files.filter((path) => STOP_WORDS.test(readFileSync(join(ROOT, path), 'utf8')));
  expect(found).toEqual([]);
});
