import { readFileSync } from 'node:fs';
import { type Environment, loadSettings, type Settings, withDotEnv } from '../config/settings.ts';
import type { SettingName } from '../config/variables.ts';
import { ContrailError } from '../errors.ts';
import { useNetwork } from './network.ts';
import { say } from './terminal/say.ts';

/** Settings by their names, with the texts that the environment would hold. */
export type GivenSettings = Readonly<Partial<Record<SettingName, string>>>;

/** Names that other programs write small too, and then mean the same. */
const SMALL = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'] as const;

function withSmallNames(environment: Environment): Environment {
  const small = SMALL.map((name) => [name, environment[name] ?? environment[name.toLowerCase()]] as const);
  return { ...environment, ...Object.fromEntries(small.filter(([, text]) => text !== undefined)) };
}

/**
 * Settings: each from `given`, else from the environment, else from `file`, or from `.env` where that exists. From then on
 * the process uses the network as they say.
 * @throws ContrailError `invalid` / `settings-invalid`, also when `file` cannot be read
 */
export function settingsFrom(given: GivenSettings, file?: string): Settings {
  const name = file ?? '.env';
  const dotEnv = textOf(name, file === undefined);
  const onUnset = (unset: string): void =>
    say(
      `${name} refers to $${unset}, which is not set, so it was replaced with nothing. Write $$ for a dollar sign, or put the value in '…'.`,
    );
  const environment = withDotEnv(withSmallNames(process.env as Environment), dotEnv, { file: name, onUnset });
  const settings = loadSettings({ ...environment, ...given });
  useNetwork(settings);
  return settings;
}

/** The text of a settings file; empty if it need not exist and does not. */
function textOf(name: string, isOptional: boolean): string {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    if (isOptional && (error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    const { message } = error as Error;
    throw new ContrailError(
      'settings-invalid',
      `The settings file ${name} cannot be read: ${message}. ${isOptional ? 'Make it readable, or remove it' : 'Give --env the path of a file'}.`,
      { cause: error },
    );
  }
}

/** The process that started the launcher whose place this one has taken (scripts/with-node.mjs); null: it has taken none. */
export function parentOfLauncher(): number | null {
  const parent = Number(process.env['CONTRAIL_PARENT']);
  return Number.isInteger(parent) && parent > 0 ? parent : null;
}
