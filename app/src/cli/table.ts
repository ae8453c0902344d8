import {
  canonicalHeader,
  canonicalRow,
  DeltaError,
  openSnapshot,
  openTable,
  type Row,
  type Snapshot,
} from '@contrail/delta-lake';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ContrailError } from '../errors.ts';
import { type SettingFlags, tableOptions } from './lake-store.ts';
import { formatRows, type OutputFormat } from './rows.ts';

/** Writes to stdout, waiting where the reader is slower. */
async function out(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

async function snapshotOf(path: string, version: number | undefined, flags: SettingFlags): Promise<Snapshot> {
  const options = tableOptions(path, flags);
  return version === undefined
    ? (await openTable(path, options)).cached()
    : openSnapshot(path, { version }, options);
}

/** `contrail table read`: the rows of one table. */
export async function readTable(
  path: string,
  options: SettingFlags & {
    readonly version?: number;
    readonly format: OutputFormat | 'canonical';
    readonly limit?: number;
  },
): Promise<void> {
  if (options.format === 'canonical') {
    try {
      await writeCanonical(await snapshotOf(path, options.version, options), {});
    } catch (error) {
      await out(`${JSON.stringify({ error: refusal(error) })}\n`);
      process.exitCode = 1;
    }
    return;
  }
  const snapshot = await snapshotOf(path, options.version, options);
  const names = snapshot.schema.fields.map((field) => field.name);
  const rows: Row[] = [];
  for await (const batch of snapshot.rows()) {
    for (const row of batch) if (options.limit === undefined || rows.length < options.limit) rows.push(row);
    if (options.limit !== undefined && rows.length >= options.limit) break;
  }
  await out(formatRows(names, rows, options.format));
}

/** `contrail table read --paths-from -`: many tables, one answer each, in one process. */
export async function readTables(flags: SettingFlags): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    let id: unknown = null;
    try {
      const request = JSON.parse(line) as {
        readonly id?: unknown;
        readonly path?: unknown;
        readonly version?: number | null;
      };
      id = request.id ?? null;
      if (typeof request.path !== 'string')
        throw new ContrailError('invalid', 'request-unreadable', 'A request needs a "path".');
      const rows = await writeCanonical(await snapshotOf(request.path, request.version ?? undefined, flags), {
        id,
      });
      await out(`${JSON.stringify({ id, end: true, rows })}\n`);
    } catch (error) {
      await out(`${JSON.stringify({ id, error: refusal(error) })}\n`);
    }
  }
}

async function writeCanonical(snapshot: Snapshot, extra: Readonly<Record<string, unknown>>): Promise<number> {
  await out(`${JSON.stringify({ ...extra, ...canonicalHeader(snapshot) })}\n`);
  let count = 0;
  for await (const batch of snapshot.rows()) {
    count += batch.length;
    await out(batch.map((row) => `${canonicalRow(snapshot.schema, row)}\n`).join(''));
  }
  return count;
}

/** The classes that the canonical form knows; what was not foreseen is `internal`. */
const CLASSES = [
  'unsupported-protocol',
  'unsupported-feature',
  'corrupt-log',
  'missing-file',
  'corrupt-file',
  'not-a-table',
  'no-such-version',
];

function refusal(error: unknown): { readonly class: string; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return {
    class: error instanceof DeltaError && CLASSES.includes(error.code) ? error.code : 'internal',
    message,
  };
}

/** `contrail table history`: newest first. */
export async function tableHistory(
  path: string,
  options: SettingFlags & { readonly limit: number; readonly format: OutputFormat },
): Promise<void> {
  const table = await openTable(path, tableOptions(path, options));
  const rows: Row[] = [];
  for await (const commit of table.history({ limit: options.limit })) {
    rows.push({
      version: commit.version,
      time: new Date(commit.timestampMs).toISOString(),
      operation: commit.operation,
      metrics: JSON.stringify(commit.operationMetrics),
      engine: commit.engineInfo,
    });
  }
  await out(formatRows(['version', 'time', 'operation', 'metrics', 'engine'], rows, options.format));
}

/** `contrail table describe`: what the table is and how big. */
export async function describeTable(
  path: string,
  flags: SettingFlags & { readonly format: OutputFormat },
): Promise<void> {
  const snapshot = await snapshotOf(path, undefined, flags);
  const facts: Readonly<Record<string, string>> = {
    location: path,
    version: String(snapshot.version),
    committed: new Date(snapshot.timestampMs).toISOString(),
    description: snapshot.metadata.description ?? '',
    rows: snapshot.rowCount === null ? 'unknown' : String(snapshot.rowCount),
    files: String(snapshot.fileCount),
    bytes: String(snapshot.bytes),
    protocol: `reader ${snapshot.protocol.minReaderVersion}, writer ${snapshot.protocol.minWriterVersion}`,
    partitioned_by: snapshot.partitionColumns.join(', '),
    properties: JSON.stringify(snapshot.configuration),
    ...Object.fromEntries(
      snapshot.schema.fields.map((field) => [
        `column ${field.name}`,
        typeof field.type === 'string' ? field.type : JSON.stringify(field.type),
      ]),
    ),
  };
  await out(
    formatRows(
      ['fact', 'value'],
      Object.entries(facts).map(([fact, value]) => ({ fact, value })),
      flags.format,
    ),
  );
}

/** `contrail table check`: replay, checkpoints, checksums, files and statistics; exit 1 when something is wrong. */
export async function checkTable(
  path: string,
  flags: SettingFlags & { readonly footers?: boolean },
): Promise<void> {
  const table = await openTable(path, tableOptions(path, flags));
  const report = await table.check({ pages: flags.footers !== true });
  await out(
    `${JSON.stringify(report, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`,
  );
  const findings = (report as { readonly findings?: readonly unknown[] }).findings ?? [];
  if (findings.length > 0)
    throw new ContrailError(
      'corrupt',
      'table-ill',
      `${path} has ${findings.length} finding(s), listed above.`,
    );
}
