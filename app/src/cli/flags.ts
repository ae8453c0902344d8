import { type Command, CommanderError, Option } from 'commander';
import type { Settings } from '../config/settings.ts';
import { type SettingRow, settingsTable } from '../config/settings-table.ts';
import type { SettingName } from '../config/variables.ts';
import { settingsFrom } from '../program/environment.ts';
import { GROUP_OF, SETTING_GROUPS, type SettingGroup } from './setting-groups.ts';

/** The flags of a command, settings among them. */
export type Flags = Readonly<Record<string, unknown>>;

/** With `--help`, the settings that a command does not use are listed too. */
const isAllAsked = (): boolean => process.argv.includes('--all');

/**
 * Adds a flag for every setting that is no secret: `--data DIR` for DATA_DIR, `--dashboard-port` for DASHBOARD_PORT, …; and
 * `--env`. The help lists the settings that the command uses, by their groups; all others with `--help --all`. A secret is
 * refused as a flag: the list of processes shows flags to everybody.
 * @param used groups, or single settings of other groups
 */
export function withSettings(command: Command, used: readonly (SettingGroup | SettingName)[]): Command {
  command.addOption(new Option('--env <file>', 'read settings from this file instead of .env'));
  for (const [group, names] of Object.entries(SETTING_GROUPS)) {
    for (const row of settingsTable()) {
      if (!(names as readonly string[]).includes(row.name)) continue;
      const isUsed = used.includes(group as SettingGroup) || used.includes(row.name);
      command.addOption(row.isSecret ? secretOption(row) : settingOption(row, isUsed || isAllAsked()));
    }
  }
  return command.addHelpText('after', footer);
}

function settingOption(row: SettingRow, isShown: boolean): Option {
  const option = new Option(
    `${flagOf(row.name)} <value>`,
    `${row.meaning} (${row.name}; default ${row.default})`,
  ).helpGroup(`Settings: ${GROUP_OF.get(row.name) ?? ''}`);
  if (row.name === 'SOURCE') option.argParser(together);
  return isShown ? option : option.hideHelp();
}

const secretOption = ({ name }: SettingRow): Option =>
  new Option(`${flagOf(name)} <value>`).hideHelp().argParser(() => {
    throw new CommanderError(
      2,
      'contrail.usage',
      `${flagOf(name)} is no flag: the list of processes would show the secret. Set ${name} in the environment, in .env or in the file of --env.`,
    );
  });

const SECRETS = settingsTable()
  .filter(({ isSecret }) => isSecret)
  .map(({ name }) => name);

const footer = (): string => `
Each setting can also stand in the environment or in .env (docs/settings.md).
${isAllAsked() ? '' : '"--help --all" lists the settings that this command does not need, too.\n'}Secrets stand there alone: ${SECRETS.join(', ').replace(/(.{40,70}?), /g, '$1,\n  ')}.
`;

/** A flag that is given several times. */
const together = (value: string, before: string | undefined): string =>
  before === undefined ? value : `${before},${value}`;

const flagOf = (name: string): string =>
  name === 'DATA_DIR' ? '--data' : `--${name.toLowerCase().replaceAll('_', '-')}`;
/** Where commander puts the value: that of `--no-proxy` stands at `proxy`. */
const optionOf = (name: string): string => new Option(`${flagOf(name)} <value>`).attributeName();

/** Settings from the flags, the environment and `.env`, or the file of `--env`, in this order. @throws ContrailError `invalid`. */
export function settingsOf(flags: Flags): Settings {
  const given: [string, string][] = [];
  for (const { name } of settingsTable()) {
    const value = flags[optionOf(name)];
    if (typeof value === 'string') given.push([name, value]);
  }
  const { env: file } = flags;
  return settingsFrom(Object.fromEntries(given), typeof file === 'string' ? file : undefined);
}
