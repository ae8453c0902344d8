import {
  canonicalHeader,
  canonicalRow,
  DeltaError,
  openSnapshot,
  openTable,
  type Row,
  type Snapshot,
  struct,
  type StructType,
} from '@contrail/delta-lake';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ContrailError, messageOf } from '../../errors.ts';
import { printable } from '../../program/terminal/printable.ts';
import { type Batches, formatBatches, formatRows, type OutputFormat } from '../../program/terminal/rows.ts';
import type { Flags } from '../flags.ts';
import { shownRow, shownTime } from './cells.ts';
import { optionsOf } from './options.ts';
import { parseWhere } from './where.ts';

/** Writes to stdout, and waits if the reader is slower. */
async function out(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Which version of a table: a number, or the newest that was not committed after an instant. */
interface At {
  readonly version?: number;
  readonly timestampMs?: number;
}

async function snapshotOf(path: string, at: At, flags: Flags): Promise<Snapshot> {
  const options = optionsOf(path, flags);
  const { version, timestampMs } = at;
  if (version !== undefined) return openSnapshot(path, { version }, options);
  const table = await openTable(path, options);
  return timestampMs === undefined ? table.cached() : table.snapshotAt({ timestampMs });
}

/** `contrail table read`: the rows of one table. */
export async function readTable(
  path: string,
  options: Flags &
    At & {
      readonly columns?: readonly string[];
      readonly where?: string;
      readonly format: OutputFormat | 'canonical';
      readonly limit?: number;
    },
): Promise<void> {
  const { columns, where, format, limit = Infinity } = options;
  if (format === 'canonical') {
    try {
      await writeCanonical(await snapshotOf(path, options, options), {});
    } catch (error) {
      await out(`${JSON.stringify({ error: refusal(error) })}\n`);
      process.exitCode = 1;
    }
    return;
  }
  const snapshot = await snapshotOf(path, options, options);
  const schema = columns === undefined ? snapshot.schema : schemaWith(snapshot, columns);
  const rows = snapshot.rows({
    ...(columns === undefined ? {} : { columns }),
    ...(where === undefined ? {} : { predicate: parseWhere(where, snapshot.schema) }),
  });
  await printRows(path, schema, rows, format, limit);
}

function schemaWith({ schema, table }: Snapshot, columns: readonly string[]): StructType {
  const fields = columns.map((name) => {
    const field = schema.fields.find((candidate) => candidate.name === name);
    if (field) return field;
    const names = schema.fields.map((known) => known.name).join(', ');
    throw new ContrailError('no-such-column', `${table} has no column "${name}"; it has ${names}.`);
  });
  return { type: 'struct', fields };
}

async function printRows(
  path: string,
  schema: StructType,
  batches: AsyncIterable<readonly Row[]>,
  format: OutputFormat,
  limit: number,
): Promise<void> {
  if (schema.fields.length === 0) {
    await out(format === 'table' ? `${printable(path)} has no columns.\n` : '');
    return;
  }
  const names = schema.fields.map(({ name }) => name);
  const shown = shownRow(schema);
  async function* limited(): Batches {
    yield { names, rows: [] };
    let left = limit;
    if (left <= 0) return;
    for await (const batch of batches) {
      yield { names, rows: batch.slice(0, left).map(shown) };
      left -= batch.length;
      if (left <= 0) return;
    }
  }
  for await (const text of formatBatches(limited(), format)) await out(text);
}

/** `contrail table changes`: the rows that versions inserted, deleted and updated. */
export async function tableChanges(
  path: string,
  options: Flags & {
    readonly from: number;
    readonly to?: number;
    readonly format: OutputFormat;
    readonly limit?: number;
  },
): Promise<void> {
  const table = await openTable(path, optionsOf(path, options));
  const last = options.to ?? table.cached().version;
  const { schema } = await table.snapshotAt({ version: last });
  const extra = struct({ _change_type: 'string', _commit_version: 'long', _commit_timestamp: 'timestamp' });
  const fields = [...extra.fields, ...schema.fields];
  const rows = table.changesBetween(options.from, last);
  await printRows(path, { type: 'struct', fields }, rows, options.format, options.limit ?? Infinity);
}

/** `contrail table read --paths-from -`: many tables, one answer each, in one process. */
export async function readTables(flags: Flags): Promise<void> {
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
        throw new ContrailError('request-unreadable', 'A request on standard input needs a "path".');
      const rows = await writeCanonical(
        await snapshotOf(
          request.path,
          typeof request.version === 'number' ? { version: request.version } : {},
          flags,
        ),
        { id },
      );
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

/** The error classes of the canonical form; any other error is `internal`. */
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
  const message = messageOf(error);
  return {
    class: error instanceof DeltaError && CLASSES.includes(error.code) ? error.code : 'internal',
    message,
  };
}

/** `contrail table history`: newest first. */
export async function tableHistory(
  path: string,
  options: Flags & { readonly limit: number; readonly format: OutputFormat },
): Promise<void> {
  const table = await openTable(path, optionsOf(path, options));
  const rows: Row[] = [];
  for await (const commit of table.history({ limit: options.limit })) {
    rows.push({
      version: commit.version,
      time: shownTime(commit.timestampMs),
      operation: commit.operation,
      metrics: JSON.stringify(commit.operationMetrics),
      engine: commit.engineInfo,
    });
  }
  await out(formatRows(['version', 'time', 'operation', 'metrics', 'engine'], rows, options.format));
}

/** `contrail table describe`: schema, size and properties. */
export async function describeTable(
  path: string,
  flags: Flags & { readonly format: OutputFormat },
): Promise<void> {
  const snapshot = await snapshotOf(path, {}, flags);
  const { protocol } = snapshot;
  const facts: Readonly<Record<string, string>> = {
    location: path,
    version: String(snapshot.version),
    committed: shownTime(snapshot.timestampMs),
    description: snapshot.metadata.description ?? '',
    rows: snapshot.rowCount === null ? 'unknown' : String(snapshot.rowCount),
    files: String(snapshot.fileCount),
    bytes: String(snapshot.bytes),
    protocol: `reader ${protocol.minReaderVersion}, writer ${protocol.minWriterVersion}`,
    features: [...new Set([...(protocol.readerFeatures ?? []), ...(protocol.writerFeatures ?? [])])].join(
      ', ',
    ),
    partitioned_by: snapshot.partitionColumns.join(', '),
    properties: JSON.stringify(snapshot.configuration),
  };
  const rows = [
    ...Object.entries(facts).map(([fact, value]) => ({ fact, value })),
    ...snapshot.schema.fields.map((field) => ({
      fact: `column ${field.name}`,
      value: `${typeof field.type === 'string' ? field.type : JSON.stringify(field.type)}${field.nullable ? '' : ' not null'}`,
    })),
  ];
  await out(formatRows(['fact', 'value'], rows, flags.format));
}

/** `contrail table check`: replay, checkpoints, checksums, files and statistics; exit 1 when something is wrong. */
export async function checkTable(
  path: string,
  flags: Flags & { readonly footers?: boolean; readonly format: OutputFormat },
): Promise<void> {
  const table = await openTable(path, optionsOf(path, flags));
  const { findings, ...facts } = await table.check({ pages: flags.footers !== true });
  if (flags.format === 'json') await out(`${JSON.stringify({ ...facts, findings })}\n`);
  else {
    const names = ['kind', 'path', 'message', 'advice'];
    if (findings.length > 0)
      await out(
        formatRows(
          names,
          findings.map((finding) => ({ ...finding })),
          flags.format,
        ),
      );
    else if (flags.format === 'csv') await out(formatRows(names, [], 'csv'));
    else
      await out(
        formatRows(
          ['fact', 'value'],
          Object.entries(facts).map(([fact, value]) => ({ fact, value })),
          'table',
        ),
      );
  }
  if (findings.length > 0)
    throw new ContrailError(
      'table-unhealthy',
      `${path} has ${findings.length} finding${findings.length === 1 ? '' : 's'}, listed above.`,
    );
}
