import type { AddFile, RemoveFile } from './actions.ts';
import { noteFault } from './faults.ts';
import { Fields, isNumber, type Json, type Mutable, partitionValues } from './fields.ts';
import { optionalFields, setOptionalFields } from './file-fields.ts';

/** The tombstone that a `remove` is. Source: Delta protocol, "Add File and Remove File". */
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

/** The tombstone of a file that leaves the table, with all that was known of it (`extendedFileMetadata`). */
export function removalOf(file: AddFile, deletionTimestamp: number, dataChange: boolean): RemoveFile {
  return {
    path: file.path,
    deletionTimestamp,
    dataChange,
    extendedFileMetadata: true,
    partitionValues: file.partitionValues,
    size: file.size,
    ...optionalFields(file),
  };
}
