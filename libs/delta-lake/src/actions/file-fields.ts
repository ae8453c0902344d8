import type { AddFile } from './actions.ts';
import type { DeletionVectorDescriptor } from './deletion-vector.ts';
import { Fields, isJson, isNumber, type Json, type Mutable, stringMap } from './fields.ts';

/** What `add` and `remove` may have, and most of them lack. */
export type OptionalFields = Pick<
  AddFile,
  'tags' | 'deletionVector' | 'baseRowId' | 'defaultRowCommitVersion'
>;

/** Sets those that an action has. */
export function setOptionalFields(file: Mutable<OptionalFields>, body: Json, fields: Fields): void {
  const { tags, deletionVector } = body;
  if (isJson(tags)) file.tags = stringMap(tags);
  if (isJson(deletionVector)) file.deletionVector = parseDeletionVector(deletionVector, fields);
  const baseRowId = fields.long('baseRowId');
  const defaultRowCommitVersion = fields.long('defaultRowCommitVersion');
  if (baseRowId !== undefined) file.baseRowId = baseRowId;
  if (defaultRowCommitVersion !== undefined) file.defaultRowCommitVersion = defaultRowCommitVersion;
}

/** Those that a file has, as an action is written. */
export function optionalFields(file: OptionalFields): OptionalFields {
  const { tags, deletionVector, baseRowId, defaultRowCommitVersion } = file;
  return {
    ...(tags ? { tags } : {}),
    ...(deletionVector ? { deletionVector } : {}),
    ...(baseRowId === undefined ? {} : { baseRowId }),
    ...(defaultRowCommitVersion === undefined ? {} : { defaultRowCommitVersion }),
  };
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
