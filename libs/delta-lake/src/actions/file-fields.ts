import type { AddFile } from './actions.ts';
import type { DeletionVectorDescriptor } from './deletion-vector.ts';
import { Fields, isJson, isNumber, type Json, type Mutable, stringMap } from './fields.ts';

/** Optional fields of `add` and `remove`; most files lack them. */
export type OptionalFields = Pick<
  AddFile,
  'tags' | 'deletionVector' | 'baseRowId' | 'defaultRowCommitVersion'
>;

/** Copies the optional fields that an action has. */
export function setOptionalFields(file: Mutable<OptionalFields>, body: Json, fields: Fields): void {
  const { tags, deletionVector } = body;
  if (isJson(tags)) file.tags = stringMap(tags);
  if (isJson(deletionVector)) file.deletionVector = parseDeletionVector(deletionVector, fields);
  const baseRowId = fields.long('baseRowId');
  const defaultRowCommitVersion = fields.long('defaultRowCommitVersion');
  if (baseRowId !== undefined) file.baseRowId = baseRowId;
  if (defaultRowCommitVersion !== undefined) file.defaultRowCommitVersion = defaultRowCommitVersion;
}

/** The optional fields that a file has, in the form of an action. */
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
