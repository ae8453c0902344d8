/** Where a deletion vector is. Source: Delta protocol, "Deletion Vector Descriptor Schema". */
export interface DeletionVectorDescriptor {
  readonly storageType: string;
  readonly pathOrInlineDv: string;
  readonly offset?: number;
  readonly sizeInBytes: number;
  readonly cardinality: number;
}

/** `uniqueId` of the protocol: with the path it is the key of log replay. */
export function deletionVectorId(vector: DeletionVectorDescriptor): string {
  const at = vector.offset === undefined ? '' : `@${vector.offset}`;
  return `${vector.storageType}${vector.pathOrInlineDv}${at}`;
}
