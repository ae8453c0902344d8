import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ContrailError } from '../errors.ts';

const run = promisify(execFile);

/** The major version of the `java` on the PATH; null when there is none. */
export async function javaVersion(): Promise<number | null> {
  try {
    // It goes to stderr: openjdk version "17.0.15" 2025-04-15
    const { stderr } = await run('java', ['-version']);
    const major = /version "(\d+)/.exec(stderr)?.[1];
    return major === undefined ? null : Number(major);
  } catch {
    return null;
  }
}

/** @throws ContrailError `invalid` / `java-missing` when there is no Java of at least this major version. */
export async function requireJava(least: number): Promise<void> {
  const version = await javaVersion();
  if (version !== null && version >= least) return;
  const found = version === null ? 'no "java" can be started' : `"java" is version ${version}`;
  throw new ContrailError(
    'java-missing',
    `The local cluster needs Java ${least} or later, but ${found}. Install it (package "openjdk-${least}-jre-headless").`,
  );
}
