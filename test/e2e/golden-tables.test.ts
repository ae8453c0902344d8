import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Expectation, EXPECTATIONS, GOLDEN } from '../../libs/delta-lake/test/golden-tables.ts';

/**
 * `npm run test:golden`: every table that other writers have made, read by the program itself, all in one process.
 * The tables and what is in them are not part of the repository; see the README beside them.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const isThere = EXPECTATIONS.length > 0;
if (!isThere)
  process.stderr.write(`SKIPPED test/e2e/golden-tables.test.ts: there are no tables at ${GOLDEN}\n`);

/** What the program answered to one request. */
interface Answer {
  header: { readonly version: number; readonly schema: unknown; readonly numRecords?: number } | null;
  error: { readonly class: string; readonly message: string } | null;
  rows: number | null;
  readonly digests: string[];
}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Runs `contrail table read --paths-from -` and gathers its answers, in the order of the requests. */
async function answersTo(
  cases: readonly Expectation[],
): Promise<{ answers: readonly Answer[]; code: number | null }> {
  const command = [
    join(ROOT, 'scripts/contrail.mjs'),
    'table',
    'read',
    '--paths-from',
    '-',
    '--format',
    'canonical',
  ];
  const child = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  for (const { id, path, version, latest } of cases) {
    child.stdin.write(
      `${JSON.stringify({ id, path: join(GOLDEN, path), ...(latest ? {} : { version }) })}\n`,
    );
  }
  child.stdin.end();
  const answers: Answer[] = [];
  let answer: Answer = { header: null, error: null, rows: null, digests: [] };
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
    if (!line.startsWith('{')) {
      answer.digests.push(sha(line));
      continue;
    }
    const message = JSON.parse(line) as { id: string; end?: true; rows?: number } & NonNullable<
      Answer['header']
    > & {
        error?: NonNullable<Answer['error']>;
      };
    expect(message.id).toBe(cases[answers.length]?.id);
    if (message.error) answer.error = message.error;
    else if (message.end) answer.rows = message.rows ?? null;
    else {
      answer.header = message;
      continue;
    }
    answers.push(answer);
    answer = { header: null, error: null, rows: null, digests: [] };
  }
  return { answers, code: await closed };
}

/** What is wrong with an answer; null when it is as expected. */
function faultOf(expected: Expectation, { header, error, rows, digests }: Answer): string | null {
  if (error) {
    if (expected.expect === 'refuse' && error.class === expected.class) return null;
    return `refused as ${error.class} (${error.message}), expected ${expected.class ?? 'rows'}`;
  }
  if (expected.expect === 'refuse') return `read, expected ${expected.class ?? ''}`;
  if (header?.version !== expected.version) return `version ${header?.version}`;
  if (JSON.stringify(header.schema) !== JSON.stringify(expected.schema)) return 'another schema';
  const count = header.numRecords ?? expected.numRecords;
  if (rows !== expected.numRecords || digests.length !== rows || count !== rows)
    return `${rows} rows, header ${header.numRecords}, expected ${expected.numRecords}`;
  return sha(digests.sort().join('\n')) === expected.digest ? null : 'other rows';
}

test.skipIf(!isThere)(
  'tables of other writers are read as they are, or refused as they must be',
  async () => {
    const started = performance.now();
    const { answers, code } = await answersTo(EXPECTATIONS);
    const outcomes = EXPECTATIONS.map((expected, i) => {
      const answer = answers[i];
      return { expected, fault: answer ? faultOf(expected, answer) : 'no answer' };
    });
    const right = outcomes.filter(({ fault }) => fault === null);
    const agree = right.filter(({ expected }) => expected.expect === 'read').length;
    const wrong = outcomes.length - right.length;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(
      `golden tables: ${agree} agree, ${right.length - agree} refused as expected, ${wrong} wrong, in ${seconds} s\n`,
    );
    const faults = outcomes.flatMap(({ expected, fault }) =>
      fault === null ? [] : [`${expected.id}: ${fault}`],
    );
    expect(faults).toEqual([]);
    expect(code).toBe(0);
  },
);
