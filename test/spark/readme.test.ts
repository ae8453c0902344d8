import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { HAS_SPARK } from './shared.ts';

const { address, applicationPage, folder } = inject('spark');
const LIBRARY = join(import.meta.dirname, '../../libs/spark-connect');
const README = readFileSync(join(LIBRARY, 'README.md'), 'utf8');
const EXAMPLES = Array.from(README.matchAll(/```ts\n([^]*?)```/g), ([, code = '']) => code);

/** What an example prints when it is run as it stands, with our Spark and folder in the places of its own. */
async function output(code: string, name: string): Promise<string> {
  const file = join(folder, name);
  const here = code
    .replaceAll(
      "'@contrail/spark-connect'",
      JSON.stringify(pathToFileURL(join(LIBRARY, 'src/index.ts')).href),
    )
    .replaceAll('sc://localhost:15002', address)
    .replaceAll('http://localhost:4040', applicationPage)
    .replaceAll('/data/', `${folder}/data/`);
  writeFileSync(file, here);
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  return stdout;
}

describe.skipIf(!HAS_SPARK)('the examples of the README', () => {
  it('write, read and query', async () => {
    expect(await output(EXAMPLES[0] ?? '', 'first.mts')).toBe("[ { icao24: '4b1814' } ]\n");
  });

  it('stop what runs, and say what is wrong', async () => {
    const lines = (await output(EXAMPLES[1] ?? '', 'second.mts')).trim().split('\n');
    expect(lines.slice(-3)).toEqual(['Error: enough', '[]', "invalid CAST_INVALID_INPUT 22018 'x'"]);
  });

  it('are all run', () => {
    expect(EXAMPLES).toHaveLength(2);
  });
});
