import { DeltaError, hasCode } from '../errors.ts';
import type {
  AddFile,
  ChangeFile,
  Commit,
  CommitInfo,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
  TransactionIdentifier,
} from './actions.ts';
import { blankRecord } from '../schema/blank-record.ts';
import type { DeletionVectorDescriptor } from './deletion-vector.ts';
import { type LoggedFields, LoggedFile } from './logged-file.ts';
import type { FileTexts } from './file-texts.ts';

type Json = Readonly<Record<string, unknown>>;
type PartitionValues = AddFile['partitionValues'];
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Collects actions, whichever file they come from (a commit, a checkpoint). Unknown actions and fields are ignored,
 * as the protocol asks; a known action without its required fields is a corrupt log.
 */
export class ActionCollector {
  protocol: Protocol | null = null;
  metadata: Metadata | null = null;
  readonly adds: AddFile[] = [];
  readonly removes: RemoveFile[] = [];
  readonly transactions: TransactionIdentifier[] = [];
  readonly domains: DomainMetadata[] = [];
  readonly changeFiles: ChangeFile[] = [];
  /** Of a V2 checkpoint: paths of the files that hold more of its actions. */
  readonly sidecars: string[] = [];
  commitInfo: CommitInfo | null = null;
  readonly #texts: FileTexts | null;
  /** Of the file before. */
  #partition: { readonly json: unknown; readonly values: PartitionValues } = { json: undefined, values: {} };
  /** Taken so far. */
  #lines = 0;

  /** With `texts`, what files have in common is kept there. */
  constructor(texts: FileTexts | null = null) {
    this.#texts = texts;
  }

  /** Takes one line of a commit or one row of a checkpoint: an object with one known key that is not null. */
  take(action: Json): void {
    for (const kind in action) {
      const body = action[kind];
      if (isJson(body)) this.takeBody(kind, body);
    }
  }

  /** Takes an action of a kind. */
  takeBody(kind: string, body: Json): void {
    switch (kind) {
      case 'add':
        this.adds.push(this.#file(body));
        break;
      case 'remove':
        this.removes.push(parseRemove(body));
        break;
      case 'txn':
        this.transactions.push(parseTransaction(body));
        break;
      case 'metaData':
        this.metadata = parseMetadata(body);
        break;
      case 'protocol':
        this.protocol = parseProtocol(body);
        break;
      case 'domainMetadata':
        this.domains.push({
          domain: text(body, 'domain', kind),
          configuration: text(body, 'configuration', kind),
          removed: body['removed'] === true,
        });
        break;
      case 'cdc':
        this.changeFiles.push({
          path: text(body, 'path', kind),
          partitionValues: partitionValues(body['partitionValues']),
          size: count(body['size'] ?? 0, 'cdc.size'),
          dataChange: false,
        });
        break;
      case 'sidecar':
        this.sidecars.push(text(body, 'path', kind));
        break;
      case 'commitInfo':
        this.commitInfo = body;
        break;
      default:
        break;
    }
  }

  /**
   * Takes newline-delimited JSON, one action a line.
   * @throws DeltaError corrupt-log with the line that is wrong
   */
  takeLines(body: string): void {
    let start = 0;
    while (start < body.length) {
      let end = body.indexOf('\n', start);
      if (end === -1) end = body.length;
      this.#lines++;
      const source = body.slice(start, end);
      start = end + 1;
      if (source.trim() === '') continue;
      try {
        const action: unknown = JSON.parse(source);
        if (!isJson(action)) throw new DeltaError('corrupt-log', 'it is not a JSON object');
        this.take(action);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new DeltaError('corrupt-log', `line ${this.#lines}: ${reason}`, {
          cause,
          facts: { line: this.#lines },
        });
      }
    }
  }

  #file(body: Json): AddFile {
    const stats = body['stats'];
    const clusteringProvider = body['clusteringProvider'];
    const fields: Mutable<LoggedFields> = {
      path: text(body, 'path', 'add'),
      size: count(body['size'], 'add.size'),
      modificationTime: count(body['modificationTime'] ?? 0, 'add.modificationTime'),
      dataChange: body['dataChange'] !== false,
      partitionValues: this.#partitionValues(body['partitionValues']),
      statsText: typeof stats === 'string' && stats !== '' ? stats : null,
    };
    setOptionalFields(fields, body);
    if (typeof clusteringProvider === 'string') fields.clusteringProvider = clusteringProvider;
    return new LoggedFile(fields, this.#texts);
  }

  #partitionValues(json: unknown): PartitionValues {
    // A checkpoint's neighbours come with one object.
    if (json !== this.#partition.json || json === undefined) {
      const values = partitionValues(json);
      this.#partition = { json, values: this.#texts?.partitionValues(values) ?? values };
    }
    return this.#partition.values;
  }

  /** What was collected, as the commit `version`. */
  commit(version: number): Commit {
    const { protocol, metadata, adds, removes, transactions, domains, changeFiles, commitInfo } = this;
    return {
      version,
      protocol,
      metadata,
      adds,
      removes,
      transactions,
      domains,
      changeFiles,
      commitInfo,
    };
  }
}

/**
 * Parses a commit file: newline-delimited JSON, one action a line.
 * @throws DeltaError corrupt-log with the line that is wrong.
 */
export function parseCommit(version: number, body: string, texts: FileTexts | null = null): Commit {
  const collector = new ActionCollector(texts);
  try {
    collector.takeLines(body);
  } catch (error) {
    throw ofCommit(error, version);
  }
  return collector.commit(version);
}

/** Says of which commit a wrong line is. */
export function ofCommit(error: unknown, version: number): unknown {
  if (!hasCode(error, 'corrupt-log')) return error;
  return new DeltaError('corrupt-log', `Commit ${version} cannot be read: ${error.message}.`, {
    cause: error.cause,
    facts: { ...error.facts, version },
  });
}

function parseRemove(body: Json): RemoveFile {
  const { partitionValues: values, size, extendedFileMetadata } = body;
  const file: Mutable<RemoveFile> = {
    path: text(body, 'path', 'remove'),
    deletionTimestamp: count(body['deletionTimestamp'] ?? 0, 'remove.deletionTimestamp'),
    dataChange: body['dataChange'] !== false,
  };
  if (typeof extendedFileMetadata === 'boolean') file.extendedFileMetadata = extendedFileMetadata;
  if (values !== null && values !== undefined) file.partitionValues = partitionValues(values);
  if (size !== null && size !== undefined) file.size = count(size, 'remove.size');
  setOptionalFields(file, body);
  return file;
}

type OptionalFields = Pick<AddFile, 'tags' | 'deletionVector' | 'baseRowId' | 'defaultRowCommitVersion'>;

/** Sets what `add` and `remove` may have, and most of them lack. */
function setOptionalFields(file: Mutable<OptionalFields>, body: Json): void {
  const { tags, deletionVector, baseRowId, defaultRowCommitVersion } = body;
  if (isJson(tags)) file.tags = stringMap(tags);
  if (isJson(deletionVector)) file.deletionVector = parseDeletionVector(deletionVector);
  if (isNumber(baseRowId)) file.baseRowId = count(baseRowId, 'baseRowId');
  if (isNumber(defaultRowCommitVersion))
    file.defaultRowCommitVersion = count(defaultRowCommitVersion, 'defaultRowCommitVersion');
}

function parseDeletionVector(body: Json): DeletionVectorDescriptor {
  return {
    storageType: text(body, 'storageType', 'deletionVector'),
    pathOrInlineDv: text(body, 'pathOrInlineDv', 'deletionVector'),
    ...(isNumber(body['offset']) ? { offset: count(body['offset'], 'deletionVector.offset') } : {}),
    sizeInBytes: count(body['sizeInBytes'], 'deletionVector.sizeInBytes'),
    cardinality: count(body['cardinality'], 'deletionVector.cardinality'),
  };
}

function parseTransaction(body: Json): TransactionIdentifier {
  return {
    appId: text(body, 'appId', 'txn'),
    version: count(body['version'], 'txn.version'),
    ...(isNumber(body['lastUpdated']) ? { lastUpdated: count(body['lastUpdated'], 'txn.lastUpdated') } : {}),
  };
}

function parseProtocol(body: Json): Protocol {
  return {
    minReaderVersion: count(body['minReaderVersion'], 'protocol.minReaderVersion'),
    minWriterVersion: count(body['minWriterVersion'], 'protocol.minWriterVersion'),
    ...(Array.isArray(body['readerFeatures']) ? { readerFeatures: body['readerFeatures'].map(String) } : {}),
    ...(Array.isArray(body['writerFeatures']) ? { writerFeatures: body['writerFeatures'].map(String) } : {}),
  };
}

function parseMetadata(body: Json): Metadata {
  const format = isJson(body['format']) ? body['format'] : {};
  return {
    id: text(body, 'id', 'metaData'),
    ...(typeof body['name'] === 'string' ? { name: body['name'] } : {}),
    ...(typeof body['description'] === 'string' ? { description: body['description'] } : {}),
    format: {
      provider: typeof format['provider'] === 'string' ? format['provider'] : 'parquet',
      options: isJson(format['options']) ? stringMap(format['options']) : {},
    },
    schemaString: text(body, 'schemaString', 'metaData'),
    partitionColumns: Array.isArray(body['partitionColumns']) ? body['partitionColumns'].map(String) : [],
    configuration: isJson(body['configuration']) ? stringMap(body['configuration']) : {},
    ...(isNumber(body['createdTime'])
      ? { createdTime: count(body['createdTime'], 'metaData.createdTime') }
      : {}),
  };
}

function partitionValues(json: unknown): Readonly<Record<string, string | null>> {
  if (!isJson(json)) return {};
  const values = blankRecord<string | null>(Object.keys(json))();
  for (const [name, value] of Object.entries(json))
    values[name] = value === null || value === undefined ? null : asText(value);
  return values;
}

function stringMap(json: Json): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(json)) {
    if (value !== null && value !== undefined) values[name] = asText(value);
  }
  return values;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function text(body: Json, field: string, kind: string): string {
  const value = body[field];
  if (typeof value !== 'string')
    throw new DeltaError('corrupt-log', `the field "${field}" of "${kind}" is missing`);
  return value;
}

/** A count or an instant: a safe integer, from JSON (number) or Parquet (bigint). */
function count(value: unknown, what: string): number {
  const number = isNumber(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) {
    throw new DeltaError('corrupt-log', `"${what}" is ${String(value)}, not an integer below 2^53`);
  }
  return number;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
