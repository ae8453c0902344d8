import type { Command } from 'commander';
import type { Settings } from '../config/settings.ts';
import { settingsTable } from '../config/settings-table.ts';
import { settingsFrom } from '../program/environment.ts';

/** The flags of a command, settings among them. */
export type Flags = Readonly<Record<string, unknown>>;

/** Adds a flag for every setting: `--data DIR` for DATA_DIR, `--dashboard-port` for DASHBOARD_PORT, …; and `--env`. */
export function withSettings(command: Command, names?: readonly string[]): Command {
  for (const row of settingsTable()) {
    if (names !== undefined && !names.includes(row.name)) continue;
    const meaning = `${row.meaning} (${row.name}; default ${row.default})`;
    if (row.name === 'SOURCE') command.option('--source <value>', meaning, together);
    else command.option(`${flagOf(row.name)} <value>`, meaning);
  }
  return command.option('--env <file>', 'read settings from this file instead of .env');
}

/** A flag that is given several times. */
const together = (value: string, before: string | undefined): string =>
  before === undefined ? value : `${before},${value}`;

const flagOf = (name: string): string =>
  name === 'DATA_DIR' ? '--data' : `--${name.toLowerCase().replaceAll('_', '-')}`;
const optionOf = (name: string): string =>
  flagOf(name)
    .slice(2)
    .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

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
