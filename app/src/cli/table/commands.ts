import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseSize } from '../../config/quantity.ts';
import type { OutputFormat } from '../../program/terminal/rows.ts';
import { untilSignal } from '../until-signal.ts';

const PATH = 'folder of the table, or s3://bucket/path';

/** Flags that are settings, for reaching an S3 store. */
type Settings = Readonly<Record<string, unknown>>;

const notNegative = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number, 0 or more.');
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

/** What the program passes to every command about a table. */
export interface TableCommandParts {
  readonly wholeNumber: (text: string) => number;
  readonly formatOption: (extra?: readonly string[]) => Option;
  /** Makes the error for wrong usage. */
  readonly usage: (message: string) => Error;
}

/** Adds `read`, `changes`, `history`, `describe` and `check` to `contrail table`; they change nothing. */
export function addReaders(table: Command, { wholeNumber, formatOption, usage }: TableCommandParts): void {
  const version = (): Option =>
    new Option('--version <n>', 'an older version').argParser(wholeNumber).conflicts('timestamp');
  table
    .command('read')
    .description('print the rows of a table')
    .argument('[path]', PATH)
    .addOption(version())
    .addOption(new Option('--timestamp <instant>', 'as it was at this instant').argParser(instant))
    .addOption(new Option('--columns <names>', 'only these columns, a,b,c').argParser(columns))
    .option('--where <condition>', 'only rows that satisfy it: "icao24 = \'3c6444\' and altitude_m > 1000"')
    .option('--limit <n>', 'print at most this many rows (not with canonical)', wholeNumber)
    .option('--paths-from <file>', 'read requests {"id","path","version"} as lines from standard input: -')
    .addOption(formatOption(['canonical']))
    .action(
      async (
        path: string | undefined,
        flags: Settings & {
          version?: number;
          timestamp?: number;
          columns?: string[];
          where?: string;
          limit?: number;
          pathsFrom?: string;
          format: OutputFormat | 'canonical';
        },
      ) => {
        const { readTable, readTables } = await import('./look.ts');
        const { timestamp, ...rest } = flags;
        if (flags.pathsFrom !== undefined) {
          if (flags.pathsFrom !== '-' || flags.format !== 'canonical')
            throw usage('--paths-from takes - (standard input) and needs --format canonical.');
          await readTables(flags);
        } else if (path === undefined) throw usage('Give the folder of a table: contrail table read PATH.');
        else if (flags.format === 'canonical' && (flags.columns ?? flags.where) !== undefined)
          throw usage('--format canonical prints whole tables: leave out --columns and --where.');
        else
          await readTable(path, { ...rest, ...(timestamp === undefined ? {} : { timestampMs: timestamp }) });
      },
    );
  table
    .command('changes')
    .description('print the rows that versions inserted, deleted and updated')
    .argument('<path>', PATH)
    .requiredOption('--from <n>', 'the first version', wholeNumber)
    .option('--to <n>', 'the last version (default: the newest)', wholeNumber)
    .option('--limit <n>', 'print at most this many rows', wholeNumber)
    .addOption(formatOption())
    .action(
      async (
        path: string,
        flags: Settings & { from: number; to?: number; limit?: number; format: OutputFormat },
      ) => {
        const { tableChanges } = await import('./look.ts');
        await tableChanges(path, flags);
      },
    );
  table
    .command('history')
    .description('list the commits of a table, newest first')
    .argument('<path>', PATH)
    .option('--limit <n>', 'print at most this many commits', wholeNumber, 20)
    .addOption(formatOption())
    .action(async (path: string, flags: Settings & { limit: number; format: OutputFormat }) => {
      const { tableHistory } = await import('./look.ts');
      await tableHistory(path, flags);
    });
  table
    .command('describe')
    .description('print schema, size and properties of a table')
    .argument('<path>', PATH)
    .addOption(formatOption())
    .action(async (path: string, flags: Settings & { format: OutputFormat }) => {
      const { describeTable } = await import('./look.ts');
      await describeTable(path, flags);
    });
  table
    .command('check')
    .description(
      'check the log, checkpoints, checksums, statistics and every page of every file; exit 1 if something is wrong',
    )
    .argument('<path>', PATH)
    .option(
      '--footers',
      'read only the footers of files: fast, but damage in their pages is not found',
      false,
    )
    .addOption(formatOption())
    .action(async (path: string, flags: Settings & { footers: boolean; format: OutputFormat }) => {
      const { checkTable } = await import('./look.ts');
      await checkTable(path, flags);
    });
}

/** Adds `optimize`, `vacuum` and `restore` to `contrail table`; they change the table. */
export function addOperations(table: Command, { wholeNumber, formatOption }: TableCommandParts): void {
  table
    .command('optimize')
    .description('compact small files, or sort whole partitions; no row changes')
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
        const { optimizeTable } = await import('./operations.ts');
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
      'keep files that were removed within this time (default delta.deletedFileRetentionDuration, 168)',
      notNegative,
    )
    .option(
      '--force',
      'accept a retention below that of the table: readers of old versions may lose files; files that no commit names stay for a day',
      false,
    )
    .option(
      '--log-only',
      'only delete files that a commit in the log removed, without listing the folder',
      false,
    )
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
        const { vacuumTable } = await import('./operations.ts');
        await vacuumTable(path, { ...flags, signal: untilSignal() });
      },
    );
  table
    .command('restore')
    .description('roll the table back to an earlier version; its history stays')
    .argument('<path>', PATH)
    .addOption(
      new Option('--version <n>', 'the version to restore').argParser(wholeNumber).conflicts('timestamp'),
    )
    .addOption(new Option('--timestamp <instant>', 'restore the version at this instant').argParser(instant))
    .addOption(formatOption())
    .action(
      async (
        path: string,
        flags: Settings & { version?: number; timestamp?: number; format: OutputFormat },
        command: Command,
      ) => {
        const { version, timestamp, ...rest } = flags;
        if (version === undefined && timestamp === undefined)
          command.error('Give the state to restore: --version N or --timestamp INSTANT.', {
            exitCode: 2,
            code: 'commander.missingMandatoryOptionValue',
          });
        const { restoreTable } = await import('./operations.ts');
        await restoreTable(path, {
          ...rest,
          ...(version === undefined ? {} : { version }),
          ...(timestamp === undefined ? {} : { timestampMs: timestamp }),
        });
      },
    );
}
