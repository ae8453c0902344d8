import type { AddFile } from './actions.ts';
import { Fields, type Json, type Mutable, type PartitionValues } from './fields.ts';
import { optionalFields, setOptionalFields } from './file-fields.ts';
import type { LoggedFields } from './logged-file.ts';

/**
 * The fields of a data file from an `add`, and what is wrong with them.
 * Source: Delta protocol, "Add File and Remove File".
 */
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

/** The fields of an `add` as the log has them. */
export function addJson(file: AddFile): Record<string, unknown> {
  return {
    path: file.path,
    partitionValues: file.partitionValues,
    size: file.size,
    modificationTime: file.modificationTime,
    dataChange: file.dataChange,
    ...(file.statsText === null ? {} : { stats: file.statsText }),
    ...optionalFields(file),
    ...(file.clusteringProvider === undefined ? {} : { clusteringProvider: file.clusteringProvider }),
  };
}
