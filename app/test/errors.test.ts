import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ContrailError, ERROR_CODES, ERROR_KINDS, type ErrorCode } from '../src/errors.ts';

const ROOT = join(import.meta.dirname, '../..');
const OWN = 'app/src/errors.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const sources = globSync('app/src/**/*.ts', { cwd: ROOT }).filter((file) => file !== OWN);
const documents = globSync(['*.md', 'docs/**/*.md', 'app/**/*.md'], {
  cwd: ROOT,
  exclude: ['**/node_modules'],
});

/** What docstrings and documents say: `kind` / `code`, `another code`. */
const SAID = new RegExp(
  `\`(${ERROR_KINDS.join('|')})\` / \`[a-z0-9-]+\`(?:,\\s(?:\\*\\s)?\`[a-z0-9-]+\`)*`,
  'g',
);

const kindOf = (code: string): string => new ContrailError(code as ErrorCode, '').kind ?? 'of no kind';

describe('codes of errors', () => {
  it('each is used', () => {
    const text = sources.map(read).join('\n');
    expect(ERROR_CODES.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });

  it('each has the kind that docstrings and documents name with it', () => {
    const wrong: string[] = [];
    let pairs = 0;
    for (const file of [...sources, ...documents]) {
      for (const [said, kind] of read(file).matchAll(SAID)) {
        for (const code of said.match(/[a-z0-9]+(?:-[a-z0-9]+)+/g) ?? []) {
          pairs++;
          if (kindOf(code) !== kind) wrong.push(`${file}: ${code} is ${kindOf(code)}, not ${kind}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(pairs).toBeGreaterThan(80);
  });
});
