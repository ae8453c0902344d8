import type { FileMetaData } from 'hyparquet';

/** hyparquet assigns to properties of plain objects, where this name is the prototype and the value would be lost. */
const UNUSABLE = '__proto__';
const STAND_IN = '\u0000__proto__';

/** The name of a column or struct field in the objects that hyparquet makes from a {@link withDecodedNames} footer. */
export function decodedName(name: string): string {
  return name === UNUSABLE ? STAND_IN : name;
}

/** A footer whose columns can be decoded into plain objects, whatever they are called. */
export function withDecodedNames(metadata: FileMetaData): FileMetaData {
  if (metadata.schema.every(({ name }) => name !== UNUSABLE)) return metadata;
  return {
    ...metadata,
    schema: metadata.schema.map((element) => ({ ...element, name: decodedName(element.name) })),
    row_groups: metadata.row_groups.map((group) => ({
      ...group,
      columns: group.columns.map(({ meta_data: chunk, ...column }) => ({
        ...column,
        ...(chunk && { meta_data: { ...chunk, path_in_schema: chunk.path_in_schema.map(decodedName) } }),
      })),
    })),
  };
}
