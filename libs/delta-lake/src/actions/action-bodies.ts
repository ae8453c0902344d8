import { blankRecord } from '../records.ts';
import type {
  AddFile,
  ChangeFile,
  CommitInfo,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
  TransactionIdentifier,
} from './actions.ts';
import type { DeletionVectorDescriptor } from './deletion-vector.ts';
import { noteFault } from './faults.ts';
import type { LoggedFields } from './logged-file.ts';

/**
 * The actions from their JSON, or from the columns of a checkpoint, where integers are bigints. What is not as the protocol wants it
 * becomes a {@link noteFault fault} of the action: it matters only where the action is in force.
 */

export type Json = Readonly<Record<string, unknown>>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type PartitionValues = AddFile['partitionValues'];

/** Gathers what is wrong with one action; the first fault counts. */
class Fields {
  readonly #body: Json;
  readonly #kind: string;
  fault: string | null = null;

  constructor(body: Json, kind: string) {
    this.#body = body;
    this.#kind = kind;
  }

  text(field: string): string {
    const value = this.#body[field];
    if (typeof value === 'string') return value;
    this.fault ??= `the field "${field}" of "${this.#kind}" is missing`;
    return '';
  }

  /** A count that the table cannot be read without: a safe integer, not negative. */
  count(field: string): number {
    const value = this.#body[field];
    const number = isNumber(value) ? Number(value) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= 0) return number;
    this.fault ??= `"${this.#kind}.${field}" is ${String(value)}, not an integer from 0 to 2^53`;
    return 0;
  }

  /** An int64 that only some ask for. */
  long(field: string): number | bigint | undefined {
    const value = this.#body[field];
    if (!isNumber(value)) return undefined;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : typeof value === 'bigint' ? value : undefined;
  }

  /** Epoch ms that nothing depends on: 0 where it is none, the largest exact number where it is beyond. */
  instant(field: string): number {
    const value = this.#body[field];
    if (!isNumber(value)) return 0;
    const ms = Math.trunc(Number(value));
    if (Number.isNaN(ms)) return 0;
    return Math.min(Math.max(ms, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  }
}

/** The fields of a data file, and what is wrong with them. */
export function addFields(
  body: Json,
  partitionValues: PartitionValues,
): { readonly file: LoggedFields; readonly fault: string | null } {
  const fields = new Fields(body, 'add');
  const { stats, clusteringProvider } = body;
  const file: Mutable<LoggedFields> = {
    path: fields.text('path'),
    size: fields.count('size'),
    modificationTime: fields.instant('modificationTime'),
    dataChange: body['dataChange'] !== false,
    partitionValues,
    statsText: typeof stats === 'string' && stats !== '' ? stats : null,
  };
  setOptionalFields(file, body, fields);
  if (typeof clusteringProvider === 'string') file.clusteringProvider = clusteringProvider;
  return { file, fault: fields.fault };
}

export function parseRemove(body: Json): RemoveFile {
  const fields = new Fields(body, 'remove');
  const { partitionValues: values, size, extendedFileMetadata } = body;
  const file: Mutable<RemoveFile> = {
    path: fields.text('path'),
    deletionTimestamp: fields.instant('deletionTimestamp'),
    dataChange: body['dataChange'] !== false,
  };
  if (typeof extendedFileMetadata === 'boolean') file.extendedFileMetadata = extendedFileMetadata;
  if (values !== null && values !== undefined) file.partitionValues = partitionValues(values);
  const bytes = isNumber(size) ? fields.long('size') : undefined;
  if (typeof bytes === 'number' && bytes >= 0) file.size = bytes;
  setOptionalFields(file, body, fields);
  return noteFault(file, fields.fault);
}

type OptionalFields = Pick<AddFile, 'tags' | 'deletionVector' | 'baseRowId' | 'defaultRowCommitVersion'>;

/** Sets what `add` and `remove` may have, and most of them lack. */
function setOptionalFields(file: Mutable<OptionalFields>, body: Json, fields: Fields): void {
  const { tags, deletionVector } = body;
  if (isJson(tags)) file.tags = stringMap(tags);
  if (isJson(deletionVector)) file.deletionVector = parseDeletionVector(deletionVector, fields);
  const baseRowId = fields.long('baseRowId');
  const defaultRowCommitVersion = fields.long('defaultRowCommitVersion');
  if (baseRowId !== undefined) file.baseRowId = baseRowId;
  if (defaultRowCommitVersion !== undefined) file.defaultRowCommitVersion = defaultRowCommitVersion;
}

function parseDeletionVector(body: Json, file: Fields): DeletionVectorDescriptor {
  const fields = new Fields(body, 'deletionVector');
  const vector = {
    storageType: fields.text('storageType'),
    pathOrInlineDv: fields.text('pathOrInlineDv'),
    ...(isNumber(body['offset']) ? { offset: fields.count('offset') } : {}),
    sizeInBytes: fields.count('sizeInBytes'),
    cardinality: fields.count('cardinality'),
  };
  file.fault ??= fields.fault;
  return vector;
}

export function parseTransaction(body: Json): TransactionIdentifier {
  const fields = new Fields(body, 'txn');
  const appId = fields.text('appId');
  const version = fields.long('version');
  if (version === undefined) fields.fault ??= `"txn.version" is ${String(body['version'])}, not an integer`;
  const lastUpdated = isNumber(body['lastUpdated']) ? { lastUpdated: fields.instant('lastUpdated') } : {};
  return noteFault({ appId, version: version ?? -1, ...lastUpdated }, fields.fault);
}

export function parseProtocol(body: Json): Protocol {
  const fields = new Fields(body, 'protocol');
  const { readerFeatures, writerFeatures } = body;
  const protocol = {
    minReaderVersion: fields.count('minReaderVersion'),
    minWriterVersion: fields.count('minWriterVersion'),
    ...(Array.isArray(readerFeatures) ? { readerFeatures: readerFeatures.map(String) } : {}),
    ...(Array.isArray(writerFeatures) ? { writerFeatures: writerFeatures.map(String) } : {}),
  };
  return noteFault(protocol, fields.fault);
}

export function parseMetadata(body: Json): Metadata {
  const fields = new Fields(body, 'metaData');
  const format = isJson(body['format']) ? body['format'] : {};
  const metadata: Metadata = {
    id: fields.text('id'),
    ...(typeof body['name'] === 'string' ? { name: body['name'] } : {}),
    ...(typeof body['description'] === 'string' ? { description: body['description'] } : {}),
    format: {
      provider: typeof format['provider'] === 'string' ? format['provider'] : 'parquet',
      options: isJson(format['options']) ? stringMap(format['options']) : {},
    },
    schemaString: fields.text('schemaString'),
    partitionColumns: Array.isArray(body['partitionColumns']) ? body['partitionColumns'].map(String) : [],
    configuration: isJson(body['configuration']) ? stringMap(body['configuration']) : {},
    ...(isNumber(body['createdTime']) ? { createdTime: fields.instant('createdTime') } : {}),
  };
  return noteFault(metadata, fields.fault);
}

export function parseDomain(body: Json): DomainMetadata {
  const fields = new Fields(body, 'domainMetadata');
  const removed = body['removed'] === true;
  const domain = {
    domain: fields.text('domain'),
    configuration: removed && body['configuration'] === undefined ? '' : fields.text('configuration'),
    removed,
  };
  return noteFault(domain, fields.fault);
}

export function parseChangeFile(body: Json): ChangeFile {
  const fields = new Fields(body, 'cdc');
  const file: ChangeFile = {
    path: fields.text('path'),
    partitionValues: partitionValues(body['partitionValues']),
    size: body['size'] === undefined ? 0 : fields.count('size'),
    dataChange: false,
  };
  return noteFault(file, fields.fault);
}

/** Free JSON, of which nothing is needed: a field that should be a number and is none is left out. */
export function parseCommitInfo(body: Json): CommitInfo {
  const info: Record<string, unknown> = { ...body };
  for (const name of ['timestamp', 'inCommitTimestamp']) {
    const value = info[name];
    if (typeof value === 'bigint') info[name] = Number(value);
    else if (typeof value !== 'number' || !Number.isFinite(value)) delete info[name];
  }
  for (const name of ['operation', 'engineInfo', 'userMetadata', 'txnId'])
    if (name in info && typeof info[name] !== 'string') delete info[name];
  for (const name of ['operationParameters', 'operationMetrics'])
    if (name in info && !isJson(info[name])) delete info[name];
  return info;
}

export function partitionValues(json: unknown): PartitionValues {
  if (!isJson(json)) return {};
  const values = blankRecord<string | null>(Object.keys(json))();
  for (const [name, value] of Object.entries(json))
    values[name] = value === null || value === undefined ? null : asText(value);
  return values;
}

function stringMap(json: Json): Readonly<Record<string, string>> {
  const values = blankRecord<string>(Object.keys(json))();
  for (const [name, value] of Object.entries(json)) {
    if (value !== null && value !== undefined) values[name] = asText(value);
  }
  return values;
}

function asText(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
