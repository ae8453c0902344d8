import { once } from 'node:events';
import { utc } from '../../ingest/input/utc.ts';
import { SYSTEM } from '../system.ts';
import { say } from '../terminal/say.ts';
import { faultsOf } from './faults.ts';
import { openMock } from './mock.ts';
import type { MockOptions } from './options.ts';

/**
 * `contrail mock`: serves until the signal fires. Prints where it is and the command for Contrail on stdout, for programs and
 * people, and what happens on stderr.
 */
export async function runMock(options: MockOptions, signal: AbortSignal): Promise<void> {
  await using mock = await openMock(options, SYSTEM, (what) =>
    say(`${utc(SYSTEM.clock(), SYSTEM.clock())} ${what}`),
  );
  process.stdout.write(`${mock.url}\n${mock.command}\n`);
  say(`Serves ${mock.serves}; ${faultWords(options)}. Ctrl+C ends it.`);
  if (!signal.aborted) await once(signal, 'abort');
  say(mock.summary());
}

function faultWords({ kind, faults, share }: MockOptions): string {
  const all = faultsOf(kind).length;
  if (faults.length === 0) return 'without faults (--list-faults names them)';
  const which = faults.length === all ? `${all} faults` : faults.join(', ');
  const each = kind === 'sbs' ? 'seconds' : 'answers';
  return `with ${which} in ${Math.round(share * 1000) / 10} % of the ${each}`;
}
