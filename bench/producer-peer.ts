import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './child.ts';

const PACKAGES = ['requests==2.34.2', 'kafka-python==3.0.12', 'confluent-kafka==2.16.1'];
/** The clients for Kafka that the producer can use. */
const CLIENTS = ['kafka-python', 'confluent'] as const;

/** The producer in Python, ready to run. */
export interface ProducerPeer {
  /** One program for each client for Kafka; each ends after so many polls. */
  programs(
    bootstrap: string,
    polls: number,
  ): readonly { readonly name: string; readonly command: string; readonly args: readonly string[] }[];
}

/**
 * The producer in Python from a folder beside the repository, in an environment that is made once. Null, with a message, if it
 * is missing or cannot be installed.
 */
export function findProducerPeer(folder: string, cache: string): ProducerPeer | null {
  const script = join(folder, 'peer_producer.py');
  if (!existsSync(script)) {
    say(`produce: SKIPPED the producer in Python: there is no ${script}.`);
    return null;
  }
  const stamp = createHash('sha256').update(PACKAGES.join()).digest('hex').slice(0, 12);
  const home = join(cache, 'bench', `producer-${stamp}`);
  const python = join(home, 'bin', 'python');
  const installed = join(home, 'installed');
  if (!existsSync(installed)) {
    say(`produce: installing ${PACKAGES.join(', ')} from PyPI, once …`);
    mkdirSync(cache, { recursive: true });
    rmSync(home, { recursive: true, force: true });
    const made = spawnSync('python3', ['-m', 'venv', home], { stdio: ['ignore', 2, 2] });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES];
    if (made.status !== 0 || spawnSync(python, pip, { stdio: ['ignore', 2, 2] }).status !== 0) {
      say('produce: SKIPPED the producer in Python: it could not be installed.');
      return null;
    }
    writeFileSync(installed, '');
  }
  return {
    programs: (bootstrap, polls) =>
      CLIENTS.map((client) => ({
        name: `Python with ${client}`,
        command: python,
        args: [
          script,
          '--bootstrap',
          bootstrap,
          '--topic',
          `python-${client}`,
          '--client',
          client,
          '--interval',
          '0',
          '--polls',
          String(polls),
        ],
      })),
  };
}
