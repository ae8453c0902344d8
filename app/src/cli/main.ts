import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseSize } from '../config/quantity.ts';
import { ContrailError, isDiskTrouble } from '../errors.ts';
import { QUARANTINE_REASONS, type QuarantineReason } from '../program/requeue-reasons.ts';
import { leaveNetwork } from '../program/network.ts';
import { printableLines } from '../program/terminal/printable.ts';
import { OUTPUT_FORMATS, type OutputFormat } from '../program/terminal/rows.ts';
import { addCluster } from './cluster/commands.ts';
import { addMock } from './mock.ts';
import { type Flags, settingsOf, withSettings } from './flags.ts';
import { endWithLauncher } from './launcher.ts';
import { addRebuild } from './rebuild.ts';
import { addOperations, addReaders } from './table/commands.ts';
import { untilSignal } from './until-signal.ts';

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number.');
  return value;
};
const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
};
const sizeOf = (text: string): number => {
  const bytes = parseSize(text);
  if (bytes === null) throw new InvalidArgumentError('Write a size, such as 512MB.');
  return bytes;
};
const formatOption = (extra: readonly string[] = [], standard = 'table'): Option =>
  new Option('--format <format>', 'how to print').choices([...OUTPUT_FORMATS, ...extra]).default(standard);

const passOverGaps = (): Option =>
  new Option(
    '--pass-over-gaps',
    'go on without messages that the topic no longer has (expired, damaged), and note them in quarantine.gaps',
  );

const EXAMPLES = `
Examples:
  contrail up                             planes of OpenSky, else simulated ones,
                                          on http://127.0.0.1:8501
  contrail up --source simulator          the same, always simulated
  contrail query "select count(*) from silver.flights"
  contrail table history data/lake/silver/flights
  contrail doctor                         what works, and what to do if not

"contrail COMMAND --help" lists the flags of a command. Every flag for a setting
can also be set in the environment or in a file .env: see docs/settings.md.
`;

/** Each command's code is loaded when it runs, so that `--help` and `simulate` do not pay for DuckDB. */
function program(): Command {
  const root = new Command('contrail')
    .description('Live aircraft positions, written into an open lakehouse and shown on a map.')
    .version('0.1.0')
    // Without it, the program's own --version would take the place of the one of "table read".
    .enablePositionalOptions()
    .showHelpAfterError('(contrail --help lists commands and flags)')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ sortOptions: false })
    .exitOverride();

  const up = root
    .command('up')
    .description('run source, pipeline and dashboard in one process (npm start)')
    .addOption(passOverGaps());
  withSettings(up, ['Source', 'Data', 'Topic', 'Micro-batches', 'Page', 'Lake', 'Memory and log']).action(
    async (flags: Flags) => {
      const run = await import('./up.ts');
      await run.up(settingsOf(flags), untilSignal(), flags['passOverGaps'] === true);
    },
  );

  const send = root
    .command('produce')
    .description(
      'send the positions of a source into the topic: opensky, readsb:URL|FILE, sbs:HOST:PORT, adsblol:LAT,LON,NM and others, simulator, replay:PATH, archive:PATH, ndjson:FILE; see docs/feeds.md',
    )
    .option('--once', 'end after one poll (files always end by themselves)');
  withSettings(send, ['Source', 'Data', 'Topic', 'Kafka', 'Network', 'STATUS_ADDRESS', 'LOG_LEVEL']).action(
    async (flags: Flags) => {
      const { produce } = await import('../program/produce.ts');
      await produce(settingsOf(flags), flags['once'] === true, untilSignal());
    },
  );

  const keep = root
    .command('record')
    .description('keep what a source answers in a folder, as it came, for replay:PATH')
    .requiredOption('--to <folder>', 'where to')
    .option(
      '--limit <size>',
      'how much the folder may hold; then the oldest answers are removed',
      sizeOf,
      1e9,
    )
    .option('--polls <n>', 'end after so many polls', wholeNumber);
  withSettings(keep, ['Source', 'DATA_DIR', 'Network']).action(async (flags: Flags) => {
    const { record } = await import('../program/record.ts');
    const polls = flags['polls'];
    const options = {
      folder: String(flags['to']),
      maxBytes: Number(flags['limit']),
      polls: typeof polls === 'number' ? polls : null,
    };
    await record(settingsOf(flags), options, untilSignal());
  });

  const fill = root
    .command('pipeline')
    .description('write the messages of the topic into the tables of the lake')
    .option('--once', 'process the messages that are there, then end')
    .addOption(passOverGaps())
    .option('--batch-rows <n>', 'the most messages in a micro-batch', wholeNumber);
  const reads = ['Data', 'TOPIC_NAME', 'NUM_PARTITIONS', 'Kafka'] as const;
  withSettings(fill, [...reads, 'Micro-batches', 'Lake', 'S3', 'Spark', 'Network', 'Memory and log']).action(
    async (flags: Flags) => {
      const { pipeline } = await import('../program/pipeline.ts');
      const rows = flags['batchRows'];
      const settings = settingsOf(flags);
      const limited = typeof rows === 'number' && rows > 0 ? { ...settings, maxBatchRows: rows } : settings;
      const modes = { once: flags['once'] === true, passOverGaps: flags['passOverGaps'] === true };
      await pipeline(limited, modes, untilSignal());
    },
  );

  const mend = root
    .command('repair')
    .description(
      'say what keeps the pipeline from going on in this lake, and what --go would do about it; exit 1 when something is wrong',
    )
    .option('--go', 'do it: what is lost is noted in quarantine.gaps');
  withSettings(mend, [...reads, 'Lake', 'S3', 'Network', 'MEMORY_LIMIT']).action(async (flags: Flags) => {
    const { repair } = await import('../program/repair.ts');
    const tell = (line: string): void => void process.stdout.write(`${printableLines(line)}\n`);
    const go = flags['go'] === true;
    if (!(await repair(settingsOf(flags), { go }, tell, untilSignal()))) process.exitCode = 1;
  });

  const resend = root
    .command('requeue')
    .description('send quarantined messages to the topic again, with the bytes that they came with')
    .addOption(
      new Option('--reason <reason>', 'the reason of their rows in quarantine.flights')
        .choices(QUARANTINE_REASONS)
        .makeOptionMandatory(),
    )
    .option('--dry-run', 'say how many, and send none')
    .option('--limit <n>', 'send at most so many', wholeNumber)
    .option('--again', 'send those that were sent before, too');
  withSettings(resend, [...reads, 'Topic', 'Lake', 'S3', 'Network']).action(async (flags: Flags) => {
    const { requeue } = await import('../program/requeue.ts');
    const limit = flags['limit'];
    const request = {
      reason: flags['reason'] as QuarantineReason,
      dryRun: flags['dryRun'] === true,
      again: flags['again'] === true,
      ...(typeof limit === 'number' ? { limit } : {}),
    };
    process.stdout.write(`${await requeue(settingsOf(flags), request, untilSignal())}\n`);
  });

  addRebuild(root, wholeNumber);

  const fillBack = root
    .command('backfill')
    .description(
      'put archives straight into the lake, each row once: OpenSky CSV, readsb traces, CSV, JSON or Parquet of a lake; see docs/feeds.md',
    )
    .argument('<file...>', 'files, or folders of them');
  withSettings(fillBack, ['Data', 'Lake', 'S3', 'Spark', 'Network', 'Memory and log']).action(
    async (files: readonly string[], flags: Flags) => {
      const { backfill } = await import('../program/backfill/backfill.ts');
      await backfill(settingsOf(flags), files, untilSignal());
    },
  );

  const serve = root.command('dashboard').description('serve the page that shows a lake');
  const watched = ['KAFKA_BOOTSTRAP', 'SPARK_REMOTE', 'SPARK_MASTER_URL', 'Links'] as const;
  const lake = ['DATA_DIR', 'LAKE_CACHE', 'S3', 'Network', 'Memory and log'] as const;
  withSettings(serve, [...lake, 'Page', ...watched]).action(async (flags: Flags) => {
    const { dashboard } = await import('./dashboard.ts');
    await dashboard(settingsOf(flags), untilSignal());
  });

  const table = root.command('table').description('read, check and maintain one Delta table');
  const parts = { wholeNumber, formatOption, usage };
  addReaders(table, parts);
  addOperations(table, parts);
  for (const command of table.commands) withSettings(command, ['S3', 'Network']);

  const ask = root
    .command('query')
    .description(
      'run one SELECT over the lake; its tables are bronze.flights, silver.flights, gold.traffic_by_country, …',
    )
    .argument('<sql>', 'a SELECT')
    .addOption(formatOption());
  withSettings(ask, ['DATA_DIR', 'S3', 'LAKE_CACHE', 'Network', 'MEMORY_LIMIT']).action(
    async (sql: string, flags: Flags & { format: OutputFormat }) => {
      const { query } = await import('./query.ts');
      await query(settingsOf(flags), sql, flags.format);
    },
  );

  root
    .command('simulate')
    .description('print simulated topic messages; the same arguments give the same bytes')
    .option('--aircraft <n>', 'aircraft', wholeNumber, 1000)
    .option('--polls <n>', 'polls', wholeNumber, 10)
    .option('--interval <seconds>', 'seconds between polls', seconds, 10)
    .option('--seed <n>', 'seed', wholeNumber, 1)
    .action(async (flags: { aircraft: number; polls: number; interval: number; seed: number }) => {
      const { simulateToStdout } = await import('./simulate.ts');
      await simulateToStdout({ ...flags, intervalSeconds: flags.interval });
    });

  const space = root
    .command('retention')
    .description('show how large the lake is, how far back its tables reach, and what KEEP deletes when')
    .option('--json', 'for programs')
    .option('--apply', 'delete now what is due, while no pipeline runs');
  withSettings(space, ['DATA_DIR', 'Lake', 'S3', 'Spark', 'Network', 'Memory and log']).action(
    async (flags: Flags) => {
      const { printRetention } = await import('./retention.ts');
      const how = { isJson: flags['json'] === true, isApplied: flags['apply'] === true };
      await printRetention(settingsOf(flags), how, untilSignal());
    },
  );

  addMock(root, wholeNumber);
  addCluster(root);

  const check = root
    .command('doctor')
    .description('check the settings and everything that is in use')
    .option('--json', 'for programs');
  withSettings(check, ['SOURCE', 'Data', 'Page', 'S3', 'Kafka', 'Spark', 'Network']).action(
    async (flags: Flags) => {
      const { printFindings } = await import('./doctor.ts');
      if (!(await printFindings(settingsOf(flags), flags['json'] === true))) process.exitCode = 1;
    },
  );
  return root;
}

const usage = (message: string): CommanderError => new CommanderError(2, 'contrail.usage', message);

endWithLauncher();
// A reader that has seen enough, such as head, closes the pipe: end without an error. A file on a full disk takes no
// more words; what works goes on.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!isDiskTrouble(error)) process.exit(error.code === 'EPIPE' ? 0 : 1);
  });

try {
  await program().parseAsync();
} catch (error) {
  // An abort that the user asked for while a command waited is not reported as an error.
  if (error instanceof Error && error.name === 'AbortError') process.exitCode = 0;
  else if (error instanceof CommanderError) {
    if (error.code === 'contrail.usage') process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const { message, stack } = error as Error;
    const isForeseen =
      error instanceof ContrailError || typeof (error as { code?: unknown }).code === 'string';
    process.stderr.write(
      `contrail: ${printableLines(isForeseen ? message : `${stack ?? message}\nThis is a bug in Contrail: please report it with the lines above.`)}\n`,
    );
    process.exitCode = 1;
  }
} finally {
  await leaveNetwork();
}
