import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { KAFKA_JARS } from '../app/src/cluster/kafka-jars.ts';
import { round, say } from './child.ts';

/** Environment, jars, input and results of the peer; about 3 GB with its input. */
const HOME = join(homedir(), '.cache', 'contrail', 'bench', 'peer');
const PYTHON = join(HOME, 'venv', 'bin', 'python');
const STAMP = join(HOME, 'installed');

/** What the tuned PySpark pipeline does with a preloaded topic. */
export interface PeerResult {
  readonly rows: number;
  readonly processing_s: number;
  readonly rows_per_s: number;
  readonly cpu_s: number;
  readonly rows_per_cpu_s: number;
  readonly peak_rss_mb: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** The tuned PySpark pipeline, ready to run, and its input: the same bytes for both. */
export interface PysparkPeer {
  /** NDJSON of `rows` messages. */
  input(rows: number): string;
  /** Loads the input into a topic of its own and drains it, once. */
  drain(rows: number, bootstrap: string): PeerResult;
}

/**
 * The tuned PySpark pipeline from a folder beside the repository (see its README): Structured Streaming into Delta
 * tables. Null, with a message, if it is missing or cannot be installed.
 */
export function pysparkPeer(folder: string): PysparkPeer | null {
  const script = (name: string): string => join(folder, name);
  if (!existsSync(script('peer_pipeline.py'))) {
    say(`cluster: SKIPPED the comparison with PySpark: there is no PySpark pipeline in ${folder}.`);
    return null;
  }
  const env = {
    ...process.env,
    PEER_HOME: HOME,
    PEER_JARS: join(HOME, 'jars'),
    PEER_AIRPORTS: join(HOME, 'airports.csv'),
    PY: PYTHON,
    PYU: PYTHON,
  };
  const run = (command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): boolean =>
    spawnSync(command, args, { stdio: ['ignore', 2, 2], env: { ...env, ...more } }).status === 0;
  if (!existsSync(STAMP)) {
    say('cluster: installing the PySpark pipeline from PyPI and Maven Central, once …');
    mkdirSync(HOME, { recursive: true });
    const { PEER_JARS: _jars, PY: _python, ...bare } = env;
    const kafka = join(homedir(), '.cache', 'contrail', KAFKA_JARS.name);
    const made = spawnSync('bash', [script('setup.sh')], {
      stdio: ['ignore', 2, 2],
      env: { ...bare, ...(existsSync(kafka) ? { KAFKA_LIB: kafka } : {}) },
    });
    if (made.status !== 0) {
      say('cluster: SKIPPED the comparison with PySpark: it could not be installed.');
      return null;
    }
    leaveOutSparksOwn();
    writeFileSync(STAMP, '');
  }
  const input = (rows: number): string => {
    const name =
      rows % 1_000_000 === 0 ? `${rows / 1_000_000}M` : rows % 1000 === 0 ? `${rows / 1000}k` : `${rows}`;
    const file = join(HOME, 'data', `flights-${name}.ndjson`);
    const make = [script('generate.py'), '--out-dir', join(HOME, 'data'), '--messages', String(rows)];
    if (!existsSync(file) && !run(PYTHON, make)) throw new Error(`${file} could not be written.`);
    return file;
  };
  return {
    input,
    drain(rows, bootstrap) {
      const name = `contrail-${rows}`;
      const args = [script('run_drain.sh'), name, input(rows), '1', '--tuned', '--bootstrap', bootstrap];
      if (!run('bash', args, { KAFKA_BOOTSTRAP: bootstrap }))
        throw new Error(`The PySpark pipeline failed; its log is ${join(HOME, 'logs', `${name}-1.err`)}.`);
      const result = readJson(`${name}-1.json`) as {
        readonly counts: Readonly<Record<string, number>>;
        readonly processing_s: number;
      };
      const measured = readJson(`${name}-1.m.json`) as {
        readonly cpu_s: number;
        readonly peak_rss_mb: number;
      };
      return {
        rows: result.counts['bronze'] ?? 0,
        processing_s: result.processing_s,
        rows_per_s: Math.round((result.counts['bronze'] ?? 0) / result.processing_s),
        cpu_s: round(measured.cpu_s, 1),
        rows_per_cpu_s: Math.round((result.counts['bronze'] ?? 0) / measured.cpu_s),
        peak_rss_mb: measured.peak_rss_mb,
        counts: result.counts,
      };
    },
  };
}

/** Maven may bring other versions of jars that PySpark has, such as an older Jackson: with both, Spark does not start. */
function leaveOutSparksOwn(): void {
  const artifact = (jar: string): string => jar.replace(/-\d[^/]*$/, '');
  const [site = ''] = globSync('lib/python*/site-packages', { cwd: join(HOME, 'venv') });
  const own = new Set(readdirSync(join(HOME, 'venv', site, 'pyspark', 'jars')).map(artifact));
  for (const jar of readdirSync(join(HOME, 'jars')))
    if (own.has(artifact(jar))) rmSync(join(HOME, 'jars', jar));
}

const readJson = (name: string): unknown => JSON.parse(readFileSync(join(HOME, 'results', name), 'utf8'));
