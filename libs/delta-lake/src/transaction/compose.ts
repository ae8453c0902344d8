import type { AddFile, ChangeFile, Metadata } from '../actions/actions.ts';
import { loggedFields, LoggedFile } from '../actions/logged-file.ts';
import { encodePath, fileKey, relativePath } from '../actions/path.ts';
import { removalOf } from '../actions/remove.ts';
import { type Action, serializeCommit } from '../actions/serialize.ts';
import { checkText } from '../arguments.ts';
import type { TableContext } from '../context/context.ts';
import { DeltaError, unsupportedFeature } from '../errors.ts';
import { checkNewRows, checkRemovable, checkWritable } from '../features/protocol.ts';
import { type TableConfiguration, tableConfiguration } from '../features/table-configuration.ts';
import { featuresOf } from '../features/table-features.ts';
import { isOn } from '../features/table-properties.ts';
import { ownValue } from '../records.ts';
import { physicalName } from '../schema/column-mapping.ts';
import { serializePartitionValue } from '../schema/value.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { serializeStatistics } from '../statistics/statistics.ts';
import { commitInfoOf } from './commit-info.ts';
import type { DataFile, Draft } from './draft.ts';
import { checkNotNull } from './not-null.ts';
import { assignRowIds, checkRowTracking } from './row-tracking.ts';

/**
 * Checks a draft once, and answers the function that makes the text of its commit on top of a snapshot: timestamps, row
 * ids and everything else that depends on the version are made at each call.
 * @throws DeltaError when the table must not be written, or not in this way: see `Transaction.commit`.
 */
export function composer(context: TableContext, draft: Draft, txnId: string): (base: Snapshot) => string {
  const { snapshot, spec } = draft;
  const table = context.store.url;
  const now = context.clock();
  const dataChange = spec.dataChange ?? true;
  const target = targetOf(draft, table);
  checkWritable(snapshot.protocol, snapshot.metadata, table);
  if (draft.protocol || draft.metadata) checkWritable(target.protocol, target.metadata, table);
  const isWithout = draft.appends.length + draft.restored.length === 0;
  const keepsRows = spec.keepsRows ?? (!dataChange || isWithout);
  if (!keepsRows || draft.metadata) {
    checkNewRows(snapshot.metadata, snapshot.schema, table);
    checkNewRows(target.metadata, target.schema, table);
  }
  checkTexts(draft);
  checkRowTracking(draft, table);
  if (dataChange && draft.removes.size > 0) checkRemovable(snapshot.metadata, table);
  checkChangeFeed(draft, table);
  if (draft.domains.size > 0 && !featuresOf(target.protocol).has('domainMetadata'))
    throw unsupportedFeature('domainMetadata', 'write', table);

  const adds = new Map<string, AddFile>();
  const take = (add: AddFile): void => {
    const key = fileKey(add);
    if (adds.has(key) || draft.removes.has(key)) {
      throw new DeltaError(
        'invalid-argument',
        `The file ${add.path} occurs twice in one commit to ${table}.`,
      );
    }
    adds.set(key, add);
  };
  for (const file of draft.appends) take(addOf(context, target, file, dataChange, now));
  for (const file of draft.restored) take(new LoggedFile({ ...loggedFields(file), dataChange }));
  const removes = [...draft.removes.values()].map((file) => ({ remove: removalOf(file, now, dataChange) }));
  const head = [...draft.appIds].map(([appId, version]) => ({ txn: { appId, version, lastUpdated: now } }));
  const domains = [...draft.domains].map(([domain, configuration]) => ({
    domainMetadata: { domain, configuration: configuration ?? '', removed: configuration === null },
  }));
  const changes = draft.changeFiles.map((file) => ({ cdc: changeOf(context, target, file) }));

  return (base) => {
    const rowIds = assignRowIds(base, [...adds.values()]);
    const nowMs = context.clock();
    const isTimed = isOn(target.configuration, 'delta.enableInCommitTimestamps');
    // Strictly later than the commit before, whatever the clock says.
    const inCommitTimestamp = isTimed ? Math.max(nowMs, base.timestampMs + 1) : null;
    const actions: Action[] = [
      { commitInfo: commitInfoOf(draft, txnId, { nowMs, inCommitTimestamp }) },
      ...(draft.protocol ? [{ protocol: draft.protocol }] : []),
      ...(draft.metadata ? [{ metaData: withEnablement(draft.metadata, base, inCommitTimestamp) }] : []),
      ...head,
      ...domains,
      ...(rowIds ? [{ domainMetadata: rowIds.domain }] : []),
      ...removes,
      ...(rowIds?.adds ?? [...adds.values()]).map((add) => ({ add })),
      ...changes,
    ];
    return serializeCommit(actions);
  };
}

/**
 * Makes sure that texts that are stored unchanged have a UTF-8 form. All other input was checked when it came in.
 * @throws DeltaError invalid-argument
 */
function checkTexts({ spec, metadata, operationMetrics, appends, changeFiles }: Draft): void {
  checkText('the operation', spec.operation);
  const given = { ...spec.operationParameters, ...operationMetrics };
  for (const [name, value] of Object.entries(given)) {
    checkText('the name of a parameter or metric', name);
    if (typeof value === 'string') checkText(`"${name}" of the operation`, value);
  }
  for (const { path } of [...appends, ...changeFiles]) checkText('the path of a file', path);
  if (!metadata) return;
  for (const part of [metadata.id, metadata.name, metadata.description, metadata.schemaString])
    if (part !== undefined) checkText('the metadata', part);
  for (const [name, value] of Object.entries(metadata.configuration)) {
    checkText('the name of a property', name);
    checkText(`the property "${name}"`, value);
  }
}

/**
 * If the table keeps a change data feed, copied rows must not look like changes: the commit must say which rows
 * changed. Source: Delta protocol, "Change Data Files".
 * @throws DeltaError unsupported-feature
 */
function checkChangeFeed({ snapshot, spec, appends, removes, changeFiles }: Draft, table: string): void {
  if (!isOn(snapshot.configuration, 'delta.enableChangeDataFeed') || spec.dataChange === false) return;
  const copies = spec.copiesRows ?? (removes.size > 0 && appends.length > 0);
  if (copies && changeFiles.length === 0) throw unsupportedFeature('changeDataFeed', 'write', table);
}

/** The configuration that the table has once the draft is committed. */
function targetOf({ snapshot, metadata, protocol }: Draft, table: string): TableConfiguration {
  if (!metadata && !protocol) return snapshot;
  return tableConfiguration(protocol ?? snapshot.protocol, metadata ?? snapshot.metadata, table);
}

/**
 * A table that gets in-commit timestamps after its first version must note from which version on.
 * Source: Delta protocol, "In-Commit Timestamps", "Enablement".
 */
function withEnablement(metadata: Metadata, base: Snapshot, inCommitTimestamp: number | null): Metadata {
  if (inCommitTimestamp === null || isOn(base.configuration, 'delta.enableInCommitTimestamps'))
    return metadata;
  return {
    ...metadata,
    configuration: {
      ...metadata.configuration,
      'delta.inCommitTimestampEnablementVersion': String(base.version + 1),
      'delta.inCommitTimestampEnablementTimestamp': String(inCommitTimestamp),
    },
  };
}

function addOf(
  context: TableContext,
  target: TableConfiguration,
  file: DataFile,
  dataChange: boolean,
  now: number,
): AddFile {
  checkNotNull(context.store.url, target, file);
  if (![file.bytes, file.rows].every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new DeltaError(
      'invalid-argument',
      `The file ${file.path} has ${file.bytes} bytes and ${file.rows} rows.`,
    );
  }
  return new LoggedFile({
    path: encodePath(relativePath(context.store.url, file.path)),
    size: file.bytes,
    modificationTime: Math.floor(file.modifiedAtMs ?? now),
    dataChange,
    partitionValues: partitionValuesOf(target, file),
    statsText: serializeStatistics(target, file.rows, file.statistics),
  });
}

function changeOf(context: TableContext, target: TableConfiguration, file: DataFile): ChangeFile {
  return {
    path: encodePath(relativePath(context.store.url, file.path)),
    partitionValues: partitionValuesOf(target, file),
    size: file.bytes,
    dataChange: false,
  };
}

function partitionValuesOf(
  target: TableConfiguration,
  file: DataFile,
): Readonly<Record<string, string | null>> {
  const partitionValues: (readonly [string, string | null])[] = [];
  for (const column of target.partitionColumns) {
    const value = ownValue(file.partition, column);
    const field = target.schema.fields.find(({ name }) => name === column);
    if (value === undefined || !field) {
      throw new DeltaError(
        'invalid-argument',
        `The file ${file.path} has no value for the partition column "${column}".`,
      );
    }
    partitionValues.push([
      physicalName(field, target.columnMapping),
      serializePartitionValue(field.type, value),
    ]);
  }
  return Object.fromEntries(partitionValues);
}
