import type {
  ChangeFile,
  CommitInfo,
  DomainMetadata,
  Metadata,
  Protocol,
  TransactionIdentifier,
} from './actions.ts';
import { noteFault } from './faults.ts';
import { Fields, isJson, isNumber, type Json, partitionValues, stringMap } from './fields.ts';

/** Reads the actions whose fields need no work. The actions of data files are read in `add.ts` and `remove.ts`. */

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

/** Reads free JSON. Nothing depends on it, so a field that should be a number and is not is left out. */
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
