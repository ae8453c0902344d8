import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly resolved?: string; readonly integrity?: string; readonly link?: boolean }>
  >;
}
const text = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8');

describe('package-lock.json', () => {
  it('names no address, so that any registry or mirror can serve the install', () => {
    expect(text).not.toContain('"resolved": "http');
  });

  it('holds the hash of every package that is fetched', () => {
    const { packages } = JSON.parse(text) as Lockfile;
    const fetched = Object.entries(packages).filter(
      ([path, entry]) => path.includes('node_modules/') && entry.link !== true,
    );
    expect(fetched.length).toBeGreaterThan(50);
    expect(fetched.filter(([, { integrity }]) => !/^sha\d+-/.test(integrity ?? ''))).toEqual([]);
  });
});
