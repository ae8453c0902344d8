/**
 * Builds gofakes3 once, below `~/.cache/contrail/s3/bin`, when Go is here and it is not: a small S3 server of the Go module
 * proxy. Where that fails, the tests that need it say that they are skipped.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findProgram, PROGRAMS } from './programs.ts';

const GOFAKES3 = 'github.com/johannesboyne/gofakes3/cmd/gofakes3@v1.2.0';
const LONGEST_MS = 600_000;

export default async function install(): Promise<void> {
  if (findProgram('gofakes3') !== null || findProgram('go') === null) return;
  process.stderr.write('Building gofakes3 for the S3 tests (once, about a minute) …\n');
  await mkdir(PROGRAMS, { recursive: true });
  try {
    const env = { ...process.env, GOBIN: PROGRAMS };
    await promisify(execFile)('go', ['install', GOFAKES3], { env, timeout: LONGEST_MS });
  } catch (error) {
    process.stderr.write(`gofakes3 could not be built: ${String(error).split('\n')[0]}\n`);
  }
}
