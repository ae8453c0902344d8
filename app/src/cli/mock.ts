import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../config/quantity.ts';
import { ContrailError } from '../errors.ts';
import { type Circle, parseCircle } from '../ingest/adsbx/circles.ts';
import { BUCKETS, type Bucket } from '../ingest/opensky/credits.ts';
import { faultsOf, MOCK_KINDS, type MockKind } from '../program/mock/faults.ts';
import { untilSignal } from './until-signal.ts';

/** The flags of one mock, as commander has them. */
interface MockFlags {
  readonly from: string;
  readonly aircraft: number;
  readonly seed: number;
  readonly pace?: number;
  readonly around?: Circle;
  readonly host: string;
  readonly port: number;
  readonly faults: readonly string[];
  readonly rate: number;
  readonly listFaults: boolean;
  readonly account?: Bucket | 'none';
  readonly credits?: number;
  readonly tokenLifetime?: number;
  readonly file?: string;
  readonly lines?: number;
}

const DESCRIPTIONS: Readonly<Record<MockKind, string>> = {
  opensky: 'OpenSky: /states/all with boxes and credits, and the token endpoint',
  readsb: "a receiver's web server: aircraft.json, as readsb and tar1090 have it",
  adsbx: 'a service as adsb.lol: /v2/point/LAT/LON/NM',
  sbs: 'a receiver that sends BaseStation lines on a TCP port',
};

const EXAMPLES: Readonly<Record<MockKind, string>> = {
  opensky: `
  contrail mock opensky --port 8600                        anonymous: 400 credits a day
  contrail mock opensky --account standard --faults all    one answer in 20 has a fault
  contrail mock opensky --credits 10 --faults rate-limited --rate 1/3
  contrail mock opensky --from recordings/                 recorded answers, one each 5 s`,
  readsb: `
  contrail mock readsb --aircraft 500 --around 39.86,-104.67,250
  contrail mock readsb --faults truncated,web-page --rate 1/10
  contrail mock readsb --file aircraft.json                writes the file, too`,
  adsbx: `
  contrail mock adsbx --around 52.3,4.8,100
  contrail up --source adsbfi:52.3,4.8,300 --adsbx-origin http://127.0.0.1:8700 --data data-mock
                                           a service by its name, with a mock on port 8700
  contrail mock adsbx --faults rate-limited,busy-503 --rate 1/5`,
  sbs: `
  contrail mock sbs --lines 5000 --aircraft 1000
  contrail mock sbs --faults dropped,garbled --rate 1/5    a fault in one second of five`,
};

/** Adds `contrail mock opensky|readsb|adsbx|sbs`. */
export function addMock(root: Command, wholeNumber: (text: string) => number): void {
  const mock = root
    .command('mock')
    .description(
      'serve a feed that does not exist, with simulated or recorded aircraft and with faults, for tests',
    )
    .addHelpText(
      'after',
      '\nThe first line says where it is, the second how to point Contrail at it. Ctrl+C ends it.\nExamples: contrail mock readsb | contrail mock opensky --list-faults\n',
    );
  for (const kind of MOCK_KINDS) {
    const command = mock
      .command(kind)
      .description(DESCRIPTIONS[kind])
      .option('--from <what>', 'simulator, or a file or folder of recorded answers', 'simulator')
      .option('--aircraft <n>', 'simulated aircraft', wholeNumber, 1000)
      .option('--seed <n>', 'decides aircraft and faults: the same seed, the same run', wholeNumber, 1)
      .option(
        '--pace <duration>',
        `how often positions change (default ${kind === 'opensky' ? '5s' : '1s'})`,
        duration,
      )
      .option('--around <lat,lon,nm>', 'only aircraft within so many nautical miles of a point', circle)
      .option('--host <address>', 'where to listen; 0.0.0.0 is open to the network', '127.0.0.1')
      .option('--port <n>', 'port; 0 is any free one', wholeNumber, 0)
      .addOption(
        new Option('--faults <names>', 'faults to make: names with commas between, or all')
          .argParser((text) => faultNames(kind, text))
          .default([], 'none'),
      )
      .addOption(
        new Option(
          '--rate <share>',
          `how many ${kind === 'sbs' ? 'seconds' : 'answers'} have a fault, as 1/20 or 0.05`,
        )
          .argParser(share)
          .default(1 / 20, '1/20'),
      )
      .option('--list-faults', 'print the faults that there are, and end', false);
    if (kind === 'opensky') addOpenSky(command, wholeNumber);
    if (kind === 'readsb') command.option('--file <path>', 'write this file at each pace, too');
    if (kind === 'sbs')
      command.option('--lines <n>', 'lines a second (default two for each aircraft)', wholeNumber);
    command.addHelpText('after', `\nExamples:${EXAMPLES[kind]}\n`);
    command.action((flags: MockFlags) => run(kind, flags));
  }
}

function addOpenSky(command: Command, wholeNumber: (text: string) => number): void {
  command
    .addOption(
      new Option('--account <kind>', 'the account that there is; its client and secret are both "mock"')
        .choices(['none', ...Object.keys(BUCKETS).filter((name) => name !== 'anonymous')])
        .default('none'),
    )
    .option(
      '--credits <n>',
      'credits of a day (licensed: of an hour), in place of those of the account',
      wholeNumber,
    )
    .option('--token-lifetime <duration>', 'how long a token lasts (default 30m)', duration);
}

async function run(kind: MockKind, flags: MockFlags): Promise<void> {
  if (flags.listFaults) {
    for (const { name, says } of faultsOf(kind)) process.stdout.write(`${name.padEnd(22)}${says}\n`);
    return;
  }
  const { runMock } = await import('../program/mock/run-mock.ts');
  const { account = 'none', faults, rate } = flags;
  await runMock(
    {
      kind,
      from: flags.from,
      aircraft: flags.aircraft,
      seed: flags.seed,
      paceMs: flags.pace ?? null,
      around: flags.around ?? null,
      host: flags.host,
      port: flags.port,
      faults,
      share: rate,
      account: account === 'none' ? 'anonymous' : account,
      credits: flags.credits ?? null,
      tokenMs: flags.tokenLifetime ?? 1_800_000,
      file: flags.file ?? null,
      lines: flags.lines ?? null,
    },
    untilSignal(),
  );
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === null)
    throw new InvalidArgumentError('It must be a duration with its unit, such as 500ms, 1s or 86.4s.');
  return ms;
}

function circle(text: string): Circle {
  try {
    return parseCircle(text, '--around ');
  } catch (error) {
    if (error instanceof ContrailError)
      throw new InvalidArgumentError(
        'It must be LAT,LON,NM, as 52.3,4.8,100, of at most 1500 nautical miles.',
      );
    throw error;
  }
}

function share(text: string): number {
  const [, part, whole = '1'] = /^(\d+(?:\.\d+)?)(?:\/(\d+))?$/.exec(text) ?? [];
  const value = Number(part) / Number(whole);
  if (!(value > 0 && value <= 1))
    throw new InvalidArgumentError('It must be a share above 0, at most 1, as 1/20 or 0.05.');
  return value;
}

function faultNames(kind: MockKind, text: string): readonly string[] {
  const names = faultsOf(kind).map(({ name }) => name);
  if (text === 'all') return names;
  const asked = text.split(',').map((name) => name.trim());
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown === undefined) return asked;
  throw new InvalidArgumentError(
    `There is no fault "${unknown}"; "contrail mock ${kind} --list-faults" lists all.`,
  );
}
