import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Part, PARTS } from '../../cluster/cluster-plan.ts';
import { S3_KINDS, type S3Kind } from '../../cluster/s3/s3.ts';
import { type Flags, settingsOf, withSettings } from '../flags.ts';
import { untilSignal } from '../until-signal.ts';

interface Which {
  readonly name: string;
  readonly folder?: string;
}

const nameOf = (text: string): string => {
  if (/^[a-z0-9][a-z0-9._-]*$/i.test(text)) return text;
  throw new InvalidArgumentError('A name has letters, digits, dots, underscores and dashes.');
};

function partsOf(text: string): readonly Part[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`It has to be some of ${PARTS.join(', ')}.`);
  return PARTS.filter((part) => names.includes(part));
}

const which = (command: Command): Command =>
  command
    .option('--name <name>', 'which cluster; several can run side by side', nameOf, 'local')
    .option(
      '--folder <dir>',
      'where it keeps data, logs and settings (default ~/.local/state/contrail/NAME)',
    );

/** Adds `contrail cluster up|status|down`. */
export function addCluster(root: Command): void {
  const cluster = root
    .command('cluster')
    .description('Kafka, an S3 server and Spark on this machine, for developers and tests');
  withSettings(
    which(
      cluster
        .command('up')
        .description('start what does not run; topic, bucket and a file with the settings are made'),
    )
      .addOption(
        new Option('--workers <n>', 'Spark workers, of one core each').choices(['1', '2']).default('2'),
      )
      .option('--only <parts>', 'some of kafka,s3,spark', partsOf, PARTS)
      .addOption(new Option('--s3 <server>', 'S3 server of a new cluster').choices([...S3_KINDS])),
    ['TOPIC_NAME', 'NUM_PARTITIONS', 'BUCKET_NAME'],
  ).action(async (flags: Flags & Which & { workers: string; only: readonly Part[]; s3?: S3Kind }) => {
    const { clusterUp } = await import('./cluster.ts');
    const { workers, s3 = null } = flags;
    await clusterUp(settingsOf(flags), { ...flags, workers: Number(workers), s3 }, untilSignal());
  });
  which(cluster.command('status').description('each service; exit 1 when one is unhealthy or none runs'))
    .option('--json', 'for programs', false)
    .action(async (flags: Which & { json: boolean }) => {
      const { clusterStatus } = await import('./cluster.ts');
      if (!(await clusterStatus(flags, flags.json))) process.exitCode = 1;
    });
  which(cluster.command('down').description('stop all of it'))
    .option('--purge', 'delete its topic, lake and logs too', false)
    .action(async (flags: Which & { purge: boolean }) => {
      const { clusterDown } = await import('./cluster.ts');
      await clusterDown(flags, flags.purge);
    });
}
