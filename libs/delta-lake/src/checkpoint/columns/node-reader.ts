import type { SchemaTree } from 'hyparquet';
import type { DataType, StructType } from '../../schema/types.ts';
import type { LeafCursor } from './leaf-cursor.ts';
import { textOf } from './pages.ts';

/** Reads what is below one node of the schema, row by row; rows in which the node's parent is absent are skipped. */
export interface NodeReader {
  /** The value in the row at hand as a commit's JSON would have it, undefined where it is null; moves to the next row. */
  read(): unknown;
  /** Moves over rows in which the parent is absent. */
  skip(rows: number): void;
}

/** Opens the leaf at the end of a path from the root. */
export type OpenLeaf = (path: SchemaTree[]) => LeafCursor | null;

/**
 * A reader for a node as `type`; null when the file stores it in a way that is not foreseen here. Maps have texts for
 * keys; lists and maps are not nested further: checkpoints have no others.
 */
export function nodeReader(type: DataType, path: SchemaTree[], open: OpenLeaf): NodeReader | null {
  const node = path.at(-1);
  if (!node) return null;
  if (typeof type === 'string') {
    const leaf = node.children.length === 0 && levelOf(path).repetition === 0 ? open(path) : null;
    return leaf && { read: () => valueOf(leaf.take()), skip: (rows) => leaf.skip(rows) };
  }
  if (type.type === 'struct') return structReader(type, path, open);
  const [entry] = node.children;
  if (!entry || node.children.length !== 1 || entry.element.repetition_type !== 'REPEATED') return null;
  const entryPath = [...path, entry];
  if (type.type === 'array') return listReader(type.elementType, entryPath, open);
  return mapReader(type.valueType, entryPath, open);
}

/**
 * A reader for the fields of a struct that the file has. The first one without repetition tells in which rows the
 * struct is there.
 */
export function structReader(
  type: StructType,
  path: SchemaTree[],
  open: OpenLeaf,
): (NodeReader & { seek(): number | null }) | null {
  const node = path.at(-1);
  const present = levelOf(path).definition;
  let leader: LeafCursor | null = null;
  let leaderName = '';
  const fields: { readonly name: string; readonly reader: NodeReader }[] = [];
  for (const field of type.fields) {
    const child = node?.children.find(({ element }) => element.name === field.name);
    if (!child) continue;
    const childPath = [...path, child];
    if (leader === null) {
      // Whatever is asked of the struct is answered by this leaf.
      if (child.children.length > 0 || levelOf(childPath).repetition > 0) return null;
      leader = open(childPath);
      leaderName = field.name;
      if (!leader) return null;
      continue;
    }
    const reader = nodeReader(field.type, childPath, open);
    if (!reader) return null;
    fields.push({ name: field.name, reader });
  }
  if (!leader) return null;
  const head = leader;
  /** Rows that the other leaves have yet to pass. */
  let behind = 0;
  return {
    read() {
      if (head.definition < present) {
        head.skip(1);
        behind += 1;
        return undefined;
      }
      const value: Record<string, unknown> = { [leaderName]: valueOf(head.take()) };
      for (const { name, reader } of fields) {
        if (behind > 0) reader.skip(behind);
        value[name] = reader.read();
      }
      behind = 0;
      return value;
    },
    skip(rows) {
      head.skip(rows);
      behind += rows;
    },
    /** Moves to the next row that has the struct; null when there is none. */
    seek() {
      const passed = head.seek(present);
      behind += passed ?? 0;
      return passed;
    },
  };
}

function listReader(type: DataType, path: SchemaTree[], open: OpenLeaf): NodeReader | null {
  const entry = path.at(-1);
  const element = entry?.children[0];
  // Three levels, as the format has it, or the two of old writers.
  const leafPath = element ? [...path, element] : path;
  if (typeof type !== 'string' || (entry?.children.length ?? 0) > 1) return null;
  if (element && element.children.length > 0) return null;
  const leaf = open(leafPath);
  const present = levelOf(path).definition;
  if (!leaf) return null;
  return {
    read() {
      // One level less: an empty list; two: none.
      if (leaf.definition < present)
        return leaf.definition === present - 1 ? (leaf.skip(1), []) : leaf.take();
      const items: unknown[] = [];
      do items.push(valueOf(leaf.take()));
      while (leaf.repetition > 0);
      return items;
    },
    skip: (rows) => leaf.skip(rows),
  };
}

function mapReader(type: DataType, path: SchemaTree[], open: OpenLeaf): NodeReader | null {
  const [keyNode, valueNode, ...others] = path.at(-1)?.children ?? [];
  if (!keyNode || !valueNode || others.length > 0 || typeof type !== 'string') return null;
  if (keyNode.children.length + valueNode.children.length > 0) return null;
  const [keys, values] = [open([...path, keyNode]), open([...path, valueNode])];
  const present = levelOf(path).definition;
  if (!keys || !values) return null;
  return {
    read() {
      if (keys.definition < present) {
        const isEmpty = keys.definition === present - 1;
        keys.skip(1);
        values.skip(1);
        return isEmpty ? {} : undefined;
      }
      const map: Record<string, unknown> = {};
      do map[String(valueOf(keys.take()) as string)] = valueOf(values.take()) ?? null;
      while (keys.repetition > 0);
      return map;
    },
    skip(rows) {
      keys.skip(rows);
      values.skip(rows);
    },
  };
}

/** Definition and repetition level of an entry that is there as far as the end of the path. */
export function levelOf(path: SchemaTree[]): { readonly definition: number; readonly repetition: number } {
  let [definition, repetition] = [0, 0];
  for (const { element } of path.slice(1)) {
    if (element.repetition_type !== 'REQUIRED') definition += 1;
    if (element.repetition_type === 'REPEATED') repetition += 1;
  }
  return { definition, repetition };
}

/** A stored value: bytes are texts, of which alone checkpoints consist; integers stay what they are. */
function valueOf(stored: unknown): unknown {
  return stored instanceof Uint8Array ? textOf(stored) : stored;
}
