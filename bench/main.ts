/**
 * `npm run bench -- CASE …`: JSON lines on standard output, progress on standard error.
 *
 *     chain [--rows 1000000] [--batch-rows 100000] [--threads 1]   topic to all tables, and a lower bound beside it
 *     live  [--seconds 60] [--aircraft 3330] [--pace 10] [--source simulator|readsb]
 *             the whole program under a steady feed, its page open in Chromium: CPU, memory, and the time from topic to drawn
 *     faults [--minutes 10]                                        the whole program on a feed with every fault
 *     sbs [--seconds 60] [--rate 5000] [--aircraft 1000]           the source of BaseStation lines under a steady stream
 *     readsb [--seconds 60] [--aircraft 500]                       the source of a receiver's aircraft.json, as file and over HTTP
 *     produce [--polls 1000] [--aircraft 10000] [--peer ../shared/peer]
 *             `contrail produce` on a stand-in for OpenSky: memory, and CPU time of a poll; a producer in Python beside it
 *     dashboard [--days 1] [--aircraft 4000] [--pace 40] [--asks 20] [--lake FOLDER] [--peer ../shared/peer]   (the FOLDER stays, and is used again)
 *             time until a replay starts at random moments of a lake of that many days, and until a past flight's track is there; time
 *             and memory with 1, 10 and 50 viewers, a page in Streamlit over the same Gold tables beside it
 *     queries [--days 3] [--aircraft 1000] [--pace 40] [--layouts LIST] [--lake FOLDER]   (the FOLDER stays, and is used again)
 *             six questions on a lake of that many days, in several orders of the rows of a day: time, files, row groups, bytes
 *     page [--aircraft 15000]
 *             the page in Chromium: the first picture, and frames a second at rest, dragged, zoomed, with its list
 *     backfill [--rows 2000000]                                    an hour of OpenSky's archive into an empty lake, and twice more
 *     phases                                                       flight phases of recorded flights beside their altitude
 *     delta [--commits 20000]                                      the Delta library, deltalake for Python beside it
 *     life  [--batches 17280] [--pace 10] [--aircraft 300] [--lake FOLDER-or-s3://…]   (in a FOLDER a stopped run continues)
 *             days of a pipeline with its upkeep, on a clock that jumps from trigger to trigger; a line for each simulated hour
 *     month [--days 30] [--pace 10] [--lake FOLDER]                (in a FOLDER a stopped run continues)
 *             weeks of commits and upkeep, with files that are made once and copied for each batch; a line for each simulated day
 *     cluster [--cases small,drain,freshness,garage,workers,peer] [--rows 1000000]
 *             [--batch-rows 1000000] [--workers 0] [--seconds 300] [--peer ../shared/peer]
 *             Kafka to Spark to tables: small batches; --rows drained; the age of messages in Silver, fed for --seconds at each
 *             trigger; small batches and --rows with tables on Garage; one worker against two; and the tuned PySpark pipeline
 *             on the same messages and broker
 *
 * The measured work runs in a process of its own, so that making the input costs it neither memory nor CPU.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backfill } from './backfill.ts';
import { chain } from './chain.ts';
import { cluster, CLUSTER_CASES, type ClusterCase } from './cluster.ts';
import { dashboard } from './dashboard.ts';
import { delta } from './delta.ts';
import { faults } from './faults.ts';
import { life } from './life.ts';
import { live } from './live.ts';
import { month } from './month.ts';
import { page } from './page.ts';
import { phases } from './phases.ts';
import { produce } from './produce.ts';
import { queries } from './queries.ts';
import { readsb } from './readsb.ts';
import { sbs } from './sbs.ts';

type Line = Readonly<Record<string, unknown>>;

/** What others built, beside the repository. */
const PEER = join(import.meta.dirname, '../../shared/peer');

/** A recorded answer of /states/all, beside the repository. */
const RECORDING = join(import.meta.dirname, '../../shared/data/states/states_all_2021-10-17T114950Z.json');

const USAGE =
  'Usage: npm run bench -- chain [--rows N] [--batch-rows N] [--threads N] | live [--seconds N] [--aircraft N] [--pace SECONDS] [--source simulator|readsb] | faults [--minutes N] | sbs [--seconds N] [--rate N] [--aircraft N] | readsb [--seconds N] [--aircraft N] | produce [--polls N] [--aircraft N] [--peer FOLDER] | dashboard [--days N] [--aircraft N] [--pace SECONDS] [--asks N] [--lake FOLDER] [--peer FOLDER] | queries [--days N] [--aircraft N] [--pace SECONDS] [--layouts LIST] [--lake FOLDER] | page [--aircraft N] | backfill [--rows N] | phases | delta [--commits N] | life [--batches N] [--pace SECONDS] [--aircraft N] [--lake WHERE] | month [--days N] [--pace SECONDS] [--lake FOLDER] | cluster [--cases LIST] [--rows N] [--batch-rows N] [--workers N] [--seconds N] [--peer FOLDER]\n';

function readArguments(args: string[]): {
  readonly name: string | undefined;
  readonly number: (option: string, standard: number, least?: number) => number;
  readonly text: (option: string, standard: string) => string;
} {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rows: text,
      'batch-rows': text,
      threads: text,
      seconds: text,
      minutes: text,
      rate: text,
      aircraft: text,
      commits: text,
      workers: text,
      cases: text,
      peer: text,
      polls: text,
      batches: text,
      pace: text,
      lake: text,
      source: text,
      days: text,
      asks: text,
      layouts: text,
    },
  });
  const given = values as Readonly<Record<string, string | undefined>>;
  const number = (option: string, standard: number, least: number = 1): number => {
    const value = Number(given[option] ?? standard);
    if (!Number.isSafeInteger(value) || value < least)
      throw new RangeError(`--${option} must be a whole number, ${least} or more.`);
    return value;
  };
  return { name: positionals[0], number, text: (option, standard) => given[option] ?? standard };
}

function casesOf(list: string): ReadonlySet<ClusterCase> {
  const cases = list.split(',').map((name) => {
    const known = CLUSTER_CASES.find((each) => each === name);
    if (known === undefined)
      throw new RangeError(`--cases takes ${CLUSTER_CASES.join(', ')}, not "${name}".`);
    return known;
  });
  return new Set(cases);
}

async function main(): Promise<number> {
  let work: () => AsyncIterable<Line> | Promise<Line>;
  try {
    const { name, number, text } = readArguments(process.argv.slice(2));
    if (name === 'chain') {
      const options = {
        rows: number('rows', 1_000_000),
        batchRows: number('batch-rows', 100_000),
        threads: number('threads', 1),
      };
      work = () => chain(options);
    } else if (name === 'backfill') {
      const options = { rows: number('rows', 2_000_000), recording: RECORDING };
      work = () => backfill(options);
    } else if (name === 'live') {
      const options = {
        seconds: number('seconds', 60),
        aircraft: number('aircraft', 3_330),
        pace: number('pace', 10),
        source: text('source', 'simulator'),
      };
      work = () => live(options);
    } else if (name === 'faults') {
      const options = { minutes: number('minutes', 10) };
      work = () => faults(options);
    } else if (name === 'sbs') {
      const options = {
        seconds: number('seconds', 60),
        rate: number('rate', 5_000),
        aircraft: number('aircraft', 1_000),
      };
      work = () => sbs(options);
    } else if (name === 'readsb') {
      const options = { seconds: number('seconds', 60), aircraft: number('aircraft', 500) };
      work = () => readsb(options);
    } else if (name === 'produce') {
      const options = {
        polls: number('polls', 1_000, 10),
        aircraft: number('aircraft', 10_000),
        peer: text('peer', PEER),
      };
      work = () => produce(options);
    } else if (name === 'dashboard') {
      const options = {
        days: number('days', 1),
        aircraft: number('aircraft', 4_000),
        pace: number('pace', 40),
        asks: number('asks', 20),
        peer: text('peer', PEER),
        lake: text('lake', '') || null,
      };
      work = () => dashboard(options);
    } else if (name === 'queries') {
      const options = {
        days: number('days', 3),
        aircraft: number('aircraft', 1_000),
        pace: number('pace', 40),
        layouts: text('layouts', ''),
        lake: text('lake', '') || null,
      };
      work = () => queries(options);
    } else if (name === 'page') {
      const options = { aircraft: number('aircraft', 15_000) };
      work = () => page(options);
    } else if (name === 'phases') {
      work = () => phases();
    } else if (name === 'delta') {
      const options = { commits: number('commits', 20_000) };
      work = () => delta(options);
    } else if (name === 'life') {
      const options = {
        batches: number('batches', 17_280),
        pace: number('pace', 10),
        aircraft: number('aircraft', 300),
        lake: text('lake', '') || null,
      };
      work = () => life(options);
    } else if (name === 'month') {
      const options = {
        days: number('days', 30),
        pace: number('pace', 10),
        lake: text('lake', '') || null,
      };
      work = () => month(options);
    } else if (name === 'cluster') {
      const rows = number('rows', 1_000_000);
      const options = {
        cases: casesOf(text('cases', CLUSTER_CASES.join(','))),
        rows,
        batchRows: number('batch-rows', rows),
        workers: number('workers', 0, 0),
        seconds: number('seconds', 300),
        peer: text('peer', PEER),
      };
      work = () => cluster(options);
    } else throw new RangeError(name === undefined ? 'Name a case.' : `There is no case "${name}".`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const lines = work();
  if (Symbol.asyncIterator in lines) for await (const line of lines) print(line);
  else print(await lines);
  return 0;
}

const print = (line: Line): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

process.exitCode = await main();
