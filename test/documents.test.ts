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
