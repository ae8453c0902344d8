// Writes web/layers/airlines.bin and web/src/filter/military-blocks.ts from the standing data of Virtual Radar Server. The same
// input gives the same bytes. See README.md.
//     node generate.mjs FOLDER     the folder with airlines.csv and code-blocks.csv
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const AIRLINES = new URL('../../web/layers/airlines.bin', import.meta.url);
const BLOCKS = new URL('../../web/src/filter/military-blocks.ts', import.meta.url);
/** Smaller ranges are single aircraft that somebody saw, not what a state has set aside. */
const LEAST_ADDRESSES = 256;

const folder = process.argv[2];
if (folder === undefined) throw new Error('Say where the files are: node generate.mjs FOLDER');

/** The rows of a file by the names in its first line. Texts may be in quotes, with doubled quotes inside. */
function rowsOf(name) {
  const lines = readFileSync(join(folder, name), 'utf8').replace('\uFEFF', '').split(/\r?\n/);
  const [head, ...rows] = lines
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
        (quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim(),
      ),
    );
  return rows.map((row) => Object.fromEntries(head.map((column, i) => [column, row[i] ?? ''])));
}

const airlines = rowsOf('airlines.csv')
  .filter(({ ICAO, Name }) => /^[A-Z]{3}$/.test(ICAO) && Name !== '')
  .map(({ ICAO, Name }) => [ICAO, Name])
  .toSorted(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(AIRLINES, gzipSync(JSON.stringify(Object.fromEntries(airlines)), { level: 9 }));

const blocks = rowsOf('code-blocks.csv').map((row) => ({
  first: Number.parseInt(row.Start, 16),
  last: Number.parseInt(row.Finish, 16),
  isMilitary: row.IsMilitary === '1',
}));
const large = blocks.filter(({ first, last }) => last - first + 1 >= LEAST_ADDRESSES);
/** Of the ranges that hold an address the smallest decides, as the source says. */
const isMilitary = (address) =>
  large
    .filter(({ first, last }) => first <= address && address <= last)
    .reduce((least, one) => (one.last - one.first < least.last - least.first ? one : least)).isMilitary;
const edges = [...new Set(large.flatMap(({ first, last }) => [first, last + 1]))].toSorted((a, b) => a - b);
const ranges = [];
for (const [i, first] of edges.slice(0, -1).entries()) {
  if (!large.some((one) => one.first <= first && first <= one.last) || !isMilitary(first)) continue;
  const last = edges[i + 1] - 1;
  if (ranges.at(-1)?.[1] === first - 1) ranges.at(-1)[1] = last;
  else ranges.push([first, last]);
}
const hex = (address) => `0x${address.toString(16).padStart(6, '0')}`;
writeFileSync(
  BLOCKS,
  `/**
 * Addresses that states have set aside for their military, in order: first and last of each range.
 * Written by tools/standing-data from \`code-blocks.csv\` of Virtual Radar Server's standing data (CC0 1.0).
 */
export const MILITARY_BLOCKS: readonly (readonly [first: number, last: number])[] = [
${ranges.map((range) => `  [${range.map(hex).join(', ')}],`).join('\n')}
];
`,
);
process.stdout.write(`${airlines.length} airlines, ${ranges.length} ranges of military addresses\n`);
