import type { Settings } from '../config/settings.ts';
import { doctor } from '../program/doctor/doctor.ts';
import type { Finding } from '../program/doctor/finding.ts';
import { printable } from '../program/terminal/printable.ts';

/** `contrail doctor`: a line for each finding, or all of them as JSON. False when one is unhealthy. */
export async function printFindings(settings: Settings, json: boolean): Promise<boolean> {
  const findings = await doctor(settings);
  process.stdout.write(
    json ? `${JSON.stringify(findings)}\n` : findings.map((one) => `${lineOf(one)}\n`).join(''),
  );
  return findings.every(({ ok }) => ok);
}

/** Text of other programs may be in it, so control characters are escaped. */
function lineOf({ check, ok, found, advice }: Finding): string {
  const toDo = ok || advice === undefined ? '' : ` -> ${advice}`;
  return `${(ok ? 'ok' : 'UNHEALTHY').padEnd(9)} ${check.padEnd(15)} ${printable(found)}${toDo}`;
}
