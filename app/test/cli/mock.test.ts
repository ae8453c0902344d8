import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { faultsOf, MOCK_KINDS } from '../../src/program/mock/faults.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const words = (...args: readonly string[]) => ['--conditions=@contrail/source', MAIN, 'mock', ...args];

const contrail = (...args: readonly string[]) =>
  spawnSync(process.execPath, words(...args), { encoding: 'utf8' });

async function lines(child: ChildProcess, count: number): Promise<readonly string[]> {
  const found: string[] = [];
  if (child.stdout === null) return found;
  for await (const line of createInterface(child.stdout)) if (found.push(line) === count) break;
  return found;
}

describe('contrail mock', () => {
  test('says where it is and how to point Contrail at it in its first lines, and ends cleanly at Ctrl+C', async () => {
    const child = spawn(
      process.execPath,
      words('readsb', '--aircraft', '20', '--faults', 'bad-gateway-502', '--rate', '1'),
    );
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [url = '', command] = await lines(child, 2);
    expect(command).toBe(`npx contrail up --source readsb:${new URL(url).origin}/ --data data-mock`);
    expect((await fetch(url)).status).toBe(502);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(said).toMatch(
      /^Serves 20 simulated aircraft, in new places each 1 s; with bad-gateway-502 in 100 % of the answers\./,
    );
    expect(said).toContain('UTC fault bad-gateway-502: /data/aircraft.json\n');
    expect(said).toContain('Requests answered: 1; with a fault: 1.\n');
  });

  test.each(MOCK_KINDS)('lists the faults of %s', (kind) => {
    const { status, stdout } = contrail(kind, '--list-faults');
    expect(status).toBe(0);
    const listed = stdout.trimEnd().split('\n');
    expect(listed.map((line) => line.split(/ {2,}/))).toEqual(
      faultsOf(kind).map(({ name, says }) => [name, says]),
    );
  });

  test.each([
    [
      ['sbs', '--faults', 'states-null'],
      /no fault "states-null"; "contrail mock sbs --list-faults" lists all/,
    ],
    [['sbs', '--rate', '5/0'], /share above 0/],
    [['adsbx', '--around', '1,2'], /LAT,LON,NM/],
    [['readsb', '--pace', '1'], /duration with its unit/],
    [['opensky', '--account', 'rich'], /Allowed choices are none, standard, feeder, licensed/],
    [['beast'], /unknown command|too many arguments/],
  ])('refuses %j as wrong usage', (args, says) => {
    const { status, stderr } = contrail(...args);
    expect(stderr).toMatch(says);
    expect(status).toBe(2);
  });
});
