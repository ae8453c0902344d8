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

import { exactJson } from './exact-json.ts';

/** One action on its way into a commit. */
export type Action =
  | { readonly commitInfo: CommitInfo }
  | { readonly protocol: Protocol }
  | { readonly metaData: Metadata }
  | { readonly txn: TransactionIdentifier }
  | { readonly add: AddFile }
  | { readonly remove: RemoveFile }
  | { readonly domainMetadata: DomainMetadata }
  | { readonly cdc: ChangeFile };

/** The text of a commit: one action a line. */
export function serializeCommit(actions: readonly Action[]): string {
  return actions
    .map((action) => `${jsonOf('add' in action ? { add: addJson(action.add) } : action)}\n`)
    .join('');
}

/** Few actions have a bigint, and looking for one in all would take most of the time. */
function jsonOf(action: object): string {
  try {
    return JSON.stringify(action);
  } catch {
    return exactJson(action);
  }
}

/** The fields of an `add` as the log has them. */
export function addJson(file: AddFile): Record<string, unknown> {
  return {
    path: file.path,
    partitionValues: file.partitionValues,
    size: file.size,
    modificationTime: file.modificationTime,
    dataChange: file.dataChange,
    ...(file.statsText === null ? {} : { stats: file.statsText }),
    ...(file.tags ? { tags: file.tags } : {}),
    ...(file.deletionVector ? { deletionVector: file.deletionVector } : {}),
    ...(file.baseRowId === undefined ? {} : { baseRowId: file.baseRowId }),
    ...(file.defaultRowCommitVersion === undefined
      ? {}
      : { defaultRowCommitVersion: file.defaultRowCommitVersion }),
    ...(file.clusteringProvider === undefined ? {} : { clusteringProvider: file.clusteringProvider }),
  };
}

/** The tombstone of a file that leaves the table, with all that was known of it (`extendedFileMetadata`). */
export function removeOf(file: AddFile, deletionTimestamp: number, dataChange: boolean): RemoveFile {
  return {
    path: file.path,
    deletionTimestamp,
    dataChange,
    extendedFileMetadata: true,
    partitionValues: file.partitionValues,
    size: file.size,
    ...(file.tags ? { tags: file.tags } : {}),
    ...(file.deletionVector ? { deletionVector: file.deletionVector } : {}),
    ...(file.baseRowId === undefined ? {} : { baseRowId: file.baseRowId }),
    ...(file.defaultRowCommitVersion === undefined
      ? {}
      : { defaultRowCommitVersion: file.defaultRowCommitVersion }),
  };
}
