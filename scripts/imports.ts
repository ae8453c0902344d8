/** Who imports whom, read from the text of the sources: for `test/architecture.test.ts` and `code-figures.ts`. */
import { globSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

export interface Source {
  /** Below the root of the checkout, with forward slashes. */
  readonly file: string;
  readonly text: string;
}

export interface Import {
  /** The importing file, as in {@link Source}. */
  readonly file: string;
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

/** That something imports something else, once for each pair. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** The files of a checkout that match a pattern, in the order of their names. */
export function sourcesIn(root: string, pattern: string): readonly Source[] {
  return globSync(pattern, { cwd: root })
    .toSorted()
    .map((path) => ({ file: path.split(sep).join('/'), text: readFileSync(join(root, path), 'utf8') }));
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'` and `import('x')`, also over several lines. */
const STATEMENT =
  /^[ \t]*(?:import|export)\s+(type\s)?[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]|^[ \t]*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

/** The imports of a file, of types too. */
export function importsOf({ file, text }: Source): readonly Import[] {
  return Array.from(text.matchAll(STATEMENT), ([, type, from, bare, dynamic]) => ({
    file,
    specifier: from ?? bare ?? dynamic ?? '',
    isTypeOnly: type !== undefined,
  }));
}

/** Whether an import names a file, not a package. */
export const isRelative = ({ specifier }: Import): boolean => specifier.startsWith('.');

/** The imported file of a relative import, as in {@link Source}. */
export const importedFile = ({ file, specifier }: Import): string =>
  posix.join(posix.dirname(file), specifier);

/** The arrows of relative imports, between files or between what `nodeOf` makes of them. */
export function arrowsOf(
  found: readonly Import[],
  nodeOf = (file: string): string => file,
): readonly Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const one of found) {
    const arrow = { from: nodeOf(one.file), to: nodeOf(importedFile(one)) };
    if (arrow.from !== arrow.to) arrows.set(`${arrow.from} ${arrow.to}`, arrow);
  }
  return [...arrows.values()];
}

/** The circles of a graph: the groups in which each member leads to every other one. */
export function circlesOf(arrows: readonly Arrow[]): readonly (readonly string[])[] {
  const targets = Map.groupBy(arrows, ({ from }) => from);
  const reached = new Map<string, ReadonlySet<string>>();
  for (const start of targets.keys()) {
    const seen = new Set<string>();
    const open = [start];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const { to } of targets.get(node) ?? []) {
        if (!seen.has(to)) open.push(to);
        seen.add(to);
      }
    }
    reached.set(start, seen);
  }
  const circles = new Map<string, readonly string[]>();
  for (const [node, ends] of reached) {
    if (!ends.has(node)) continue;
    const circle = [...ends].filter((end) => reached.get(end)?.has(node)).toSorted();
    circles.set(circle.join(' '), circle);
  }
  return [...circles.values()];
}

/**
 * How high a graph stands: each node above all that it leads to, but for the fewest arrows that have to lead back up,
 * which are none where there is no circle.
 */
export function floorsOf(
  nodes: readonly string[],
  arrows: readonly Arrow[],
): { readonly floors: number; readonly backUp: readonly Arrow[] } {
  const backUp = circlesOf(arrows).flatMap((circle) => fewestBackUp(circle, arrows));
  const down = Map.groupBy(
    arrows.filter((arrow) => !backUp.includes(arrow)),
    ({ from }) => from,
  );
  const known = new Map<string, number>();
  const floorOf = (node: string): number => {
    const floor = known.get(node) ?? 1 + Math.max(0, ...(down.get(node) ?? []).map(({ to }) => floorOf(to)));
    known.set(node, floor);
    return floor;
  };
  return { floors: Math.max(0, ...nodes.map(floorOf)), backUp };
}

/** How the files and folders of one folder stand on each other. */
export interface Layout {
  /** Files and folders, by their names. */
  readonly entries: readonly string[];
  readonly floors: number;
  readonly backUp: readonly Arrow[];
  /** Of files, however deep in the folder. */
  readonly circles: readonly (readonly string[])[];
}

export function layoutOf(folder: string, sources: readonly Source[]): Layout {
  const inside = sources.filter(({ file }) => file.startsWith(`${folder}/`));
  const entryOf = (file: string): string => file.slice(folder.length + 1).split('/')[0] ?? '';
  const entries = [...new Set(inside.map(({ file }) => entryOf(file)))];
  const imports = inside
    .flatMap(importsOf)
    .filter((one) => isRelative(one) && importedFile(one).startsWith(`${folder}/`));
  return {
    entries,
    ...floorsOf(entries, arrowsOf(imports, entryOf)),
    circles: circlesOf(arrowsOf(imports)),
  };
}

/**
 * The arrows of a circle that lead up in the order of its members in which the fewest do. It goes through all sets of
 * members: a set keeps the best order of its members, made from those of the sets that lack one.
 */
function fewestBackUp(circle: readonly string[], arrows: readonly Arrow[]): readonly Arrow[] {
  const inside = arrows.filter(({ from, to }) => circle.includes(from) && circle.includes(to));
  const size = circle.length;
  if (size > 20) throw new Error(`A circle of ${size} is too large: ${circle.join(', ')}.`);
  const importers = circle.map((node) =>
    inside.reduce((set, { from, to }) => (to === node ? set | (1 << circle.indexOf(from)) : set), 0),
  );
  const fewest = new Uint16Array(1 << size);
  const highest = new Uint8Array(1 << size);
  for (let set = 1; set < 1 << size; set++) {
    fewest[set] = 0xffff;
    for (let node = 0; node < size; node++) {
      if ((set & (1 << node)) === 0) continue;
      const below = set & ~(1 << node);
      const count = (fewest[below] ?? 0) + bitsIn((importers[node] ?? 0) & below);
      if (count >= (fewest[set] ?? 0)) continue;
      fewest[set] = count;
      highest[set] = node;
    }
  }
  const order: string[] = [];
  for (let set = (1 << size) - 1; set > 0; set &= ~(1 << (highest[set] ?? 0)))
    order.unshift(circle[highest[set] ?? 0] ?? '');
  return inside.filter(({ from, to }) => order.indexOf(from) < order.indexOf(to));
}

function bitsIn(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}
