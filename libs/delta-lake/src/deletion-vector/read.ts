import { crc32 } from 'node:zlib';
import type { DeletionVectorDescriptor } from '../actions/deletion-vector.ts';
import type { TableContext } from '../context/context.ts';
import { locate } from '../context/data-file.ts';
import { DeltaError, hasCode, inPlace, unsupportedFeature } from '../errors.ts';
import { decodeRoaring } from './roaring.ts';
import type { RowIndexes } from './row-indexes.ts';
import { decodeZ85 } from './z85.ts';

const FILE_VERSION = 1;
/** Where the first vector of a file begins: after the version byte. */
const FIRST_OFFSET = 1;

/**
 * The rows that a deletion vector deletes. Its size, its checksum and the number of rows are checked.
 * Source: Delta protocol, "Deletion Vectors".
 * @throws DeltaError missing-file, corrupt-file; corrupt-log when the descriptor itself is wrong
 */
export async function readDeletionVector(
  context: TableContext,
  descriptor: DeletionVectorDescriptor,
): Promise<RowIndexes> {
  try {
    return await rowsIn(context, descriptor);
  } catch (error) {
    if (!hasCode(error, 'corrupt-file') && !hasCode(error, 'corrupt-log')) throw error;
    const deletionVector = descriptor.pathOrInlineDv;
    const table = context.store.url;
    const place = `The deletion vector ${deletionVector.slice(0, 80)} of ${table}`;
    throw inPlace(place, { deletionVector, table }, error);
  }
}

async function rowsIn(context: TableContext, descriptor: DeletionVectorDescriptor): Promise<RowIndexes> {
  const bytes =
    descriptor.storageType === 'i' ? inlineBytes(descriptor) : await storedBytes(context, descriptor);
  const rows = decodeRoaring(bytes);
  if (rows.size !== descriptor.cardinality) {
    throw corrupt(`it holds ${rows.size} rows, but the log says ${descriptor.cardinality}`);
  }
  return rows;
}

function inlineBytes(descriptor: DeletionVectorDescriptor): Uint8Array {
  const bytes = decodeZ85(descriptor.pathOrInlineDv);
  // Z85 comes in fours: up to three bytes at the end are padding.
  if (bytes.length < descriptor.sizeInBytes || bytes.length - descriptor.sizeInBytes > 3) {
    throw corrupt(`it has ${bytes.length} bytes inline, but the log says ${descriptor.sizeInBytes}`);
  }
  return bytes.subarray(0, descriptor.sizeInBytes);
}

/** Reads `size:i32 data crc:i32` (big-endian) at the offset, and the file's version byte. */
async function storedBytes(context: TableContext, descriptor: DeletionVectorDescriptor): Promise<Uint8Array> {
  const { store, key } = locate(context, deletionVectorPath(descriptor));
  const offset = descriptor.offset ?? FIRST_OFFSET;
  const { sizeInBytes } = descriptor;
  const get = async (start: number, end: number): Promise<Uint8Array> => {
    try {
      return await store.get(key, { start, end });
    } catch (error) {
      if (!hasCode(error, 'object-not-found')) throw error;
      throw new DeltaError(
        'missing-file',
        `The deletion vector ${key} of ${context.store.url} is in the log but does not exist.`,
        { cause: error, facts: { table: context.store.url, path: key } },
      );
    }
  };
  const [version, block] = await Promise.all([get(0, 1), get(offset, offset + sizeInBytes + 8)]);
  if (version[0] !== FILE_VERSION) throw corrupt(`its file has the version ${version[0]}`);
  if (block.length !== sizeInBytes + 8) throw corrupt('its file ends too early');
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const size = view.getUint32(0);
  if (size !== sizeInBytes) throw corrupt(`it has ${size} bytes, but the log says ${sizeInBytes}`);
  const data = block.subarray(4, 4 + size);
  if (crc32(data) !== view.getUint32(4 + size)) throw corrupt('its checksum does not match its bytes');
  return data;
}

/**
 * Path of a stored vector as the log would have it: `u` names a file below the table by prefix and UUID, `p` any file.
 * @throws DeltaError unsupported-feature for a vector that is stored otherwise
 */
export function deletionVectorPath({ storageType, pathOrInlineDv }: DeletionVectorDescriptor): string {
  if (storageType === 'p') return pathOrInlineDv;
  if (storageType !== 'u')
    throw unsupportedFeature(`deletionVectors (storage type ${storageType})`, 'read', 'the table');
  const prefix = pathOrInlineDv.slice(0, -20);
  const hex = Buffer.from(decodeZ85(pathOrInlineDv.slice(-20))).toString('hex');
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return `${prefix === '' ? '' : `${prefix}/`}deletion_vector_${uuid}.bin`;
}

function corrupt(what: string): DeltaError {
  return new DeltaError('corrupt-file', `${what}.`);
}
