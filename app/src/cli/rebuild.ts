import type { Command } from 'commander';
import { resolve } from 'node:path';
import { type Flags, settingsOf, withSettings } from './flags.ts';
import { untilSignal } from './until-signal.ts';

const EXAMPLES = `
Times are dates, times in UTC or seconds since 1970, and are those of the positions:

  contrail rebuild                                         the whole lake
  contrail rebuild --from 2026-03-01 --to 2026-03-02       a day
  contrail rebuild --from 2026-03-01T06:00 --dry-run       what would change, by table
  contrail rebuild --compare differences/                  the same, each cell, as a Delta table

Stop the pipeline first. A rebuild that was stopped or killed goes on where it was
when the same command is run again.
`;

/** Adds `contrail rebuild`. */
export function addRebuild(root: Command, wholeNumber: (text: string) => number): void {
  const again = root
    .command('rebuild')
    .description(
      'compute silver and gold of a range of time again from bronze, so that late rows count fully',
    )
    .option('--from <time>', 'from the first position at this time on; else from the beginning of the lake')
    .option('--to <time>', 'to the last position before this time; else to the end of the lake')
    .option('--dry-run', 'say how many rows of each table would come, go and change, and change nothing')
    .option('--compare <folder>', 'the same, and write each difference into a Delta table')
    .option(
      '--slice-rows <n>',
      'the most rows that are computed at once; fewer need less memory',
      wholeNumber,
    )
    .addHelpText('after', EXAMPLES);
  withSettings(again, ['DATA_DIR', 'Lake', 'S3', 'Spark', 'Network', 'Memory and log']).action(
    async (flags: Flags) => {
      const { rebuild } = await import('../program/rebuild.ts');
      const { eventTime } = await import('../program/event-time.ts');
      const { from, to, compare, sliceRows } = flags;
      const range = {
        from: typeof from === 'string' ? eventTime('--from', from) : null,
        to: typeof to === 'string' ? eventTime('--to', to) : null,
      };
      const options = {
        range,
        isDryRun: flags['dryRun'] === true,
        compareTo: typeof compare === 'string' ? resolve(compare) : null,
        sliceRows: typeof sliceRows === 'number' && sliceRows > 0 ? sliceRows : undefined,
      };
      await rebuild(settingsOf(flags), options, untilSignal());
    },
  );
}
