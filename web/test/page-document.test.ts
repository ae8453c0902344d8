import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FILTER_PARAMETERS } from '../src/filter/filter.ts';
import { SHARED_PARAMETERS } from '../src/shell/address.ts';
import { SHORTCUTS } from '../src/shell/keys.ts';

const DOCUMENT = readFileSync(new URL('../../docs/page.md', import.meta.url), 'utf8');

test('docs/page.md names every key and every parameter of the address', () => {
  const keys = Object.values(SHORTCUTS).map((shortcut): string => shortcut.keys);
  expect(keys.filter((key) => !DOCUMENT.includes(`\`${key}\``))).toEqual([]);
  const parameters = new Set([...FILTER_PARAMETERS, ...SHARED_PARAMETERS, 'at']);
  expect([...parameters].filter((name) => !DOCUMENT.includes(`\`${name}=`))).toEqual([]);
});
