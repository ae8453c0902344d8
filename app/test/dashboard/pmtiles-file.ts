import { writeFile } from 'node:fs/promises';

/** 1 by 1 pixel, grey. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

/**
 * Writes a PMTiles file with one tile for the whole world at zoom 0, uncompressed. `type` is the number of its kind of tiles.
 * Source: PMTiles specification, version 3.
 */
export async function writePmtiles(
  path: string,
  type = 2,
  metadata = '{"attribution":"Ours"}',
): Promise<void> {
  const json = Buffer.from(metadata);
  // One entry: tile 0, run of 1, its length, and offset 0, which is written as 1.
  const directory = Buffer.from([1, 0, 1, PNG.length, 1]);
  const header = Buffer.alloc(127);
  header.write('PMTiles');
  header[7] = 3;
  const [directoryAt, jsonAt] = [127, 127 + directory.length];
  const tilesAt = jsonAt + json.length;
  const numbers = [
    directoryAt,
    directory.length,
    jsonAt,
    json.length,
    tilesAt,
    0,
    tilesAt,
    PNG.length,
    1,
    1,
    1,
  ];
  numbers.forEach((value, i) => header.writeBigUInt64LE(BigInt(value), 8 + 8 * i));
  // Clustered; directories and tiles are not compressed.
  header.set([1, 1, 1, type, 0, 0], 96);
  await writeFile(path, Buffer.concat([header, directory, json, PNG]));
}
