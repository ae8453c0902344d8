import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchJars, type JarSet } from '../../src/cluster/maven.ts';

/** One jar with the bytes "a\n". */
const SET: JarSet = {
  name: 'one-jar',
  title: 'One jar',
  coordinates: ['group:one:1'],
  sha256: { 'one.jar': '87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7' },
};

describe.skipIf(process.platform === 'win32')('jars by Maven', () => {
  let folder: string;
  let cacheFolder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'contrail-maven-'));
    cacheFolder = join(folder, 'cache');
    mkdirSync(join(folder, 'bin'));
    vi.stubEnv('PATH', join(folder, 'bin'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A program "mvn" that does this, in place of Maven. */
  const maven = (...lines: readonly string[]): void =>
    writeFileSync(join(folder, 'bin/mvn'), ['#!/bin/sh', ...lines].join('\n'), { mode: 0o755 });
  const fetched = (): Promise<string> => fetchJars(SET, { cacheFolder, say: () => {} });

  it('are moved into the cache when they are the ones that were pinned, and fetched once', async () => {
    maven('/bin/mkdir jars', 'echo a > jars/one.jar');
    expect(readdirSync(await fetched())).toEqual(['one.jar']);
    maven('exit 1');
    expect(readdirSync(await fetched())).toEqual(['one.jar']);
  });

  it.each([
    ['there is no Maven', [], 'maven-missing', /Install Maven \(package "maven"\)/],
    [
      'it cannot get them',
      ['echo "[ERROR] no route"', 'echo "[ERROR] see above"', 'exit 1'],
      'jars-unavailable',
      /no route\. Check/,
    ],
    ['it ends at once', ['echo JAVA_HOME is wrong >&2', 'exit 1'], 'jars-unavailable', /JAVA_HOME is wrong/],
    [
      'they are others',
      ['/bin/mkdir jars', 'echo b > jars/one.jar'],
      'jars-differ',
      /one\.jar has another checksum/,
    ],
  ])('are refused in a sentence when %s, and leave nothing behind', async (_, lines, code, message) => {
    if (lines.length > 0) maven(...lines);
    const fetching = fetched();
    await expect(fetching).rejects.toMatchObject({ code });
    await expect(fetching).rejects.toThrow(message);
    expect(readdirSync(cacheFolder)).toEqual([]);
  });
});
