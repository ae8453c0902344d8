import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseSize } from '../config/quantity.ts';
import { untilSignal } from './context.ts';
import type { OutputFormat } from './rows.ts';

const PATH = 'folder of the table, or s3://bucket/path';

/** Flags that are settings: how to reach an S3 store. */
type Settings = Readonly<Record<string, unknown>>;

const notNegative = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It has to be a number from 0 on.');
  return value;
};
const size = (text: string): number => {
  const bytes = parseSize(text);
  if (bytes === null) throw new InvalidArgumentError('Write a size, such as 128MiB.');
  return bytes;
};
const instant = (text: string): number => {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('Write an instant, such as 2026-11-24T12:00:00Z.');
  return time;
};
const columns = (text: string): string[] => text.split(',').map((name) => name.trim());
const collected = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** Adds `optimize`, `vacuum` and `restore` to `contrail table`; they change the table. */
export function addOperations(
  table: Command,
  wholeNumber: (text: string) => number,
  formatOption: () => Option,
): void {
  table
    .command('optimize')
    .description('put small files together, or sort whole partitions; no row changes')
    .argument('<path>', PATH)
    .option(
      '--target-size <size>',
      'size that files should have (default delta.targetFileSize, 128MiB)',
      size,
    )
    .addOption(new Option('--sort <columns>', 'sort by these columns, a,b,c').argParser(columns))
    .addOption(
      new Option('--zorder <columns>', 'order so that conditions on any of these columns skip files')
        .argParser(columns)
        .conflicts('sort'),
    )
    .option('--where <column=value>', 'only this partition; may be repeated', collected)
    .addOption(formatOption())
    .action(
      async (
        path: string,
        flags: Settings & {
          targetSize?: number;
          sort?: string[];
          zorder?: string[];
          where?: string[];
          format: OutputFormat;
        },
      ) => {
        const { optimizeTable } = await import('./table-operations.ts');
        const { targetSize, ...rest } = flags;
        await optimizeTable(path, {
          ...rest,
          ...(targetSize === undefined ? {} : { targetBytes: targetSize }),
          signal: untilSignal(),
        });
      },
    );
  table
    .command('vacuum')
    .description('delete files that no version within the retention needs')
    .argument('<path>', PATH)
    .option('--dry-run', 'print what would be deleted, and delete nothing', false)
    .option(
      '--retain-hours <h>',
      'keep files that were removed since (default delta.deletedFileRetentionDuration, 168)',
      notNegative,
    )
    .option(
      '--force',
      'take a retention below that of the table: readers of old versions may lose files; what no commit names stays for a day',
      false,
    )
    .option('--log-only', 'only files that a commit in the log removed; lists no folder', false)
    .addOption(formatOption())
    .action(
      async (
        path: string,
        flags: Settings & {
          dryRun: boolean;
          retainHours?: number;
          force: boolean;
          logOnly: boolean;
          format: OutputFormat;
        },
      ) => {
        const { vacuumTable } = await import('./table-operations.ts');
        await vacuumTable(path, { ...flags, signal: untilSignal() });
      },
    );
  table
    .command('restore')
    .description('make the table what it was; its history stays')
    .argument('<path>', PATH)
    .addOption(new Option('--version <n>', 'at this version').argParser(wholeNumber).conflicts('timestamp'))
    .addOption(new Option('--timestamp <instant>', 'at this instant').argParser(instant))
    .addOption(formatOption())
    .action(
      async (
        path: string,
        flags: Settings & { version?: number; timestamp?: number; format: OutputFormat },
        command: Command,
      ) => {
        const { version, timestamp, ...rest } = flags;
        if (version === undefined && timestamp === undefined)
          command.error('Restore to what? Give --version N or --timestamp INSTANT.', {
            exitCode: 2,
            code: 'commander.missingMandatoryOptionValue',
          });
        const { restoreTable } = await import('./table-operations.ts');
        await restoreTable(path, {
          ...rest,
          ...(version === undefined ? {} : { version }),
          ...(timestamp === undefined ? {} : { timestampMs: timestamp }),
        });
      },
    );
}
