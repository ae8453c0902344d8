/**
 * The package `contrail`, for notebooks and programs: the commands as functions. Each takes the settings, opens what it
 * needs and closes it again, so that nothing must be kept open between two cells.
 */
import type { Settings } from '../config/settings.ts';
import type { DashboardServer } from '../dashboard/server.ts';
import type { IngestCounts } from '../ingest/ingest.ts';
import { serveDashboard } from '../program/dashboard.ts';
import { doctor } from '../program/doctor/doctor.ts';
import { type GivenSettings, settingsFrom } from '../program/environment.ts';
import { pipeline } from '../program/pipeline.ts';
import { produce as produceInto } from '../program/produce.ts';
import { queryLake } from '../program/query.ts';
import { MESSAGE_COLUMNS, newestMessages } from './newest-messages.ts';
import { shown, type ShownRows } from './shown-rows.ts';

export type { DashboardServer, GivenSettings, IngestCounts, Settings, ShownRows };

/** How to abort a long call. It then finishes or abandons its current work, and loses nothing. */
export interface Stoppable {
  readonly signal?: AbortSignal | undefined;
}

const signalOf = ({ signal }: Stoppable): AbortSignal => signal ?? new AbortController().signal;

/**
 * The settings of docs/settings.md: those given here, else from the environment, else from `.env` in the current
 * folder.
 * @param given texts as in the environment: `{ SOURCE: 'simulator', DATA_DIR: './scratch' }`
 * @throws ContrailError `invalid` / `settings-invalid` with one line for each problem
 */
export const settings = (given: GivenSettings = {}): Settings => settingsFrom(given);

/**
 * Polls the source once and puts its messages into the topic, durably; a file is sent whole. As `contrail produce
 * --once`.
 * @returns how much was sent
 */
export const produce = (of: Settings, options: Stoppable = {}): Promise<IngestCounts> =>
  produceInto(of, true, signalOf(options));

/** The newest messages of the topic, at most `perPartition` of each partition. */
export const messages = async (of: Settings, perPartition = 1): Promise<ShownRows> =>
  shown(MESSAGE_COLUMNS, await newestMessages(of, perPartition));

/**
 * Writes the waiting messages of the topic into the tables, each row exactly once, and ends. As `contrail pipeline
 * --once`.
 * @returns micro-batches and messages
 */
export const drain = (
  of: Settings,
  options: Stoppable = {},
): Promise<{ readonly batches: number; readonly rows: number }> =>
  pipeline(of, { once: true }, signalOf(options));

/**
 * One SELECT over the newest tables, named `silver.flights`, `gold.traffic_by_country`, … As `contrail query`.
 * @returns rows that a notebook shows as a table; instants as ISO 8601, whole numbers of 64 bits as bigint
 * @throws ContrailError `invalid` / `query-refused`, `query-failed`, `table-missing`
 */
export async function query(of: Settings, sql: string): Promise<ShownRows> {
  const { names, rows } = await queryLake(of, sql);
  return shown(names, rows);
}

/** Starts the page on the lake, on any free port unless one is set. Dispose of it to stop it. */
export const serve = (of: Settings): Promise<DashboardServer> => serveDashboard(of);

/** Everything in use, and whether it is healthy. As `contrail doctor`. */
export async function checkup(of: Settings): Promise<ShownRows> {
  const findings = await doctor(of);
  return shown(
    ['check', 'ok', 'found', 'advice'],
    findings.map(({ check, ok, found, advice }) => ({
      check,
      ok,
      found,
      advice: ok ? null : (advice ?? null),
    })),
  );
}
