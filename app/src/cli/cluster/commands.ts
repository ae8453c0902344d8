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
  throw new InvalidArgumentError('A name may have letters, digits, dots, underscores and dashes.');
};

function partsOf(text: string): readonly Part[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`It must be one or more of ${PARTS.join(', ')}.`);
  return PARTS.filter((part) => names.includes(part));
}

const which = (command: Command): Command =>
  command
    .option('--name <name>', 'name of the cluster; several can run side by side', nameOf, 'local')
    .option(
      '--folder <dir>',
      'where it keeps data, logs and settings (default ~/.local/state/contrail/NAME)',
    );

/** Adds `contrail cluster up|status|down`. */
export function addCluster(root: Command): void {
  const cluster = root
    .command('cluster')
    .description('run Kafka, an S3 server and Spark on this machine, for developers and tests');
  withSettings(
    which(
      cluster
        .command('up')
        .description('start the services that do not run; create topic, bucket and a file with the settings'),
    )
      .addOption(
        new Option('--workers <n>', 'Spark workers, of one core each').choices(['1', '2']).default('2'),
      )
      .addOption(
        new Option('--only <parts>', 'start only these: one or more of kafka,s3,spark')
          .argParser(partsOf)
          .default(PARTS, 'all'),
      )
      .addOption(new Option('--s3 <server>', 'S3 server of a new cluster').choices([...S3_KINDS])),
    ['TOPIC_NAME', 'NUM_PARTITIONS', 'BUCKET_NAME'],
  ).action(async (flags: Flags & Which & { workers: string; only: readonly Part[]; s3?: S3Kind }) => {
    const { clusterUp } = await import('./cluster.ts');
    const { workers, s3 = null } = flags;
    await clusterUp(settingsOf(flags), { ...flags, workers: Number(workers), s3 }, untilSignal());
  });
  which(cluster.command('status').description('show each service; exit 1 if one is unhealthy or none runs'))
    .option('--json', 'for programs', false)
    .action(async (flags: Which & { json: boolean }) => {
      const { clusterStatus } = await import('./cluster.ts');
      if (!(await clusterStatus(flags, flags.json))) process.exitCode = 1;
    });
  which(cluster.command('down').description('stop all services'))
    .option('--purge', 'also delete its topic, lake and logs', false)
    .action(async (flags: Which & { purge: boolean }) => {
      const { clusterDown } = await import('./cluster.ts');
      await clusterDown(flags, flags.purge);
    });
}
