import type { SchemaTree } from 'hyparquet';
import type { DataType, StructType } from '../../schema/types.ts';
import { type Column, PagedColumn } from './paged-column.ts';
import type { Page } from './pages.ts';

/** The pages of the leaf at the end of a path from the root; null when the file does not have it. */
export type OpenLeaf = (path: SchemaTree[]) => Generator<Page> | null;

/** The fields of a struct that may have a value, in the rows in which the struct is present. */
export interface StructColumns {
  readonly fields: readonly { readonly name: string; readonly column: Column }[];
  /** The first field; it shows whether there is another row. */
  readonly leader: PagedColumn;
  readonly leaderNode: SchemaTree;
}

/** What a level is in the nesting of Parquet. */
interface Level {
  readonly definition: number;
  readonly repetition: number;
}

/**
 * The fields of a struct, for the rows that have the struct: each row of a checkpoint has one kind of action, and null
 * for all others. Null when the file stores the struct in a way that is not foreseen here: its first field must be a
 * plain one, because it shows in which rows the struct is present.
 */
export function structColumns(type: StructType, path: SchemaTree[], open: OpenLeaf): StructColumns | null {
  const node = path.at(-1);
  const fields: { readonly name: string; readonly column: Column }[] = [];
  let leader: { readonly leader: PagedColumn; readonly leaderNode: SchemaTree } | null = null;
  for (const field of type.fields) {
    const child = node?.children.find(({ element }) => element.name === field.name);
    if (!child) continue;
    const column = columnOf(field.type, [...path, child], open);
    if (!column) return null;
    if (leader === null) {
      if (!(column instanceof PagedColumn)) return null;
      leader = { leader: column, leaderNode: child };
    }
    if (!column.isEmpty) fields.push({ name: field.name, column });
  }
  return leader && { fields, ...leader };
}

/**
 * The column of a node as `type`; null when the file stores it in a way that is not foreseen here. Maps have texts for
 * keys; lists and maps are not nested further: checkpoints have no others.
 */
function columnOf(type: DataType, path: SchemaTree[], open: OpenLeaf): Column | null {
  const parent = levelOf(path.slice(0, -1));
  if (typeof type === 'string') {
    const here = levelOf(path);
    const pages = path.at(-1)?.children.length === 0 && here.repetition === 0 ? open(path) : null;
    return pages && new PagedColumn(pages, { parent: parent.definition, value: here.definition });
  }
  if (type.type === 'struct') return structColumn(type, path, open);
  const node = path.at(-1);
  const [entry] = node?.children ?? [];
  if (!entry || node?.children.length !== 1 || entry.element.repetition_type !== 'REPEATED') return null;
  const entryPath = [...path, entry];
  if (type.type === 'map') return mapColumn(type.valueType, parent, entryPath, open);
  const [element, ...others] = entry.children;
  if (typeof type.elementType !== 'string' || others.length > 0) return null;
  // Three levels, as the format has it, or the two of old writers.
  const items = itemsOf(element ? [...entryPath, element] : entryPath, parent, levelOf(entryPath), open);
  return items && { isEmpty: isEmpty(items), at: (row) => itemsIn(items, row) };
}

function structColumn(type: StructType, path: SchemaTree[], open: OpenLeaf): Column | null {
  const columns = structColumns(type, path, open);
  const pages = columns && open([...path, columns.leaderNode]);
  if (!pages) return null;
  const presence = presenceOf(pages, levelOf(path.slice(0, -1)), levelOf(path));
  /** Rows that were passed so far, and how many of them have the struct. */
  let [passed, present] = [0, 0];
  return {
    isEmpty: !presence.includes(true),
    at(row) {
      while (passed < row) if (presence[passed++] === true) present++;
      return presence[row] === true ? recordOf(columns, present) : undefined;
    },
  };
}

/** For each row that has the parent, whether it has the node. The pages of a leaf below the node tell. */
function presenceOf(pages: Iterable<Page>, parent: Level, here: Level): readonly boolean[] {
  const presence: boolean[] = [];
  for (const { entries, definitions } of pages) {
    for (let i = 0; i < entries; i++) {
      const level = definitions?.[i] ?? here.definition;
      if (level >= parent.definition) presence.push(level >= here.definition);
    }
  }
  return presence;
}

/** The struct in the nth row that has it. */
export function recordOf({ fields }: StructColumns, row: number): Readonly<Record<string, unknown>> {
  const record: Record<string, unknown> = {};
  for (const { name, column } of fields) record[name] = column.at(row);
  return record;
}

function mapColumn(
  valueType: DataType,
  parent: Level,
  entryPath: SchemaTree[],
  open: OpenLeaf,
): Column | null {
  const [key, value, ...others] = entryPath.at(-1)?.children ?? [];
  if (!key || !value || others.length > 0 || typeof valueType !== 'string') return null;
  const present = levelOf(entryPath);
  const keys = itemsOf([...entryPath, key], parent, present, open);
  const values = itemsOf([...entryPath, value], parent, present, open);
  if (!keys || !values) return null;
  // Neighbours are often alike: those then share one object.
  let [before, map]: [number, Readonly<Record<string, unknown>> | undefined] = [-1, undefined];
  return {
    isEmpty: isEmpty(keys),
    at(row) {
      if (before < 0 || !areAlike(keys, before, row) || !areAlike(values, before, row)) {
        const texts = itemsIn(values, row);
        const names = itemsIn(keys, row);
        map = names && Object.fromEntries(names.map((name, i) => [String(name), texts?.[i] ?? null]));
      }
      before = row;
      return map;
    },
  };
}

/** The elements of a repeated node, of all rows in which the parent of the list is present. */
interface Items {
  readonly items: readonly unknown[];
  /** The index at which the items of each row begin. */
  readonly starts: readonly number[];
  /** Whether each row has a list, which may be empty. */
  readonly presence: readonly boolean[];
}

/** Of a leaf that is the element of a list, or the key or value of a map; `present` is the level of its repeated node. */
function itemsOf(path: SchemaTree[], parent: Level, present: Level, open: OpenLeaf): Items | null {
  const pages = path.at(-1)?.children.length === 0 ? open(path) : null;
  if (!pages) return null;
  const leaf = levelOf(path).definition;
  const items: unknown[] = [];
  const starts: number[] = [];
  const presence: boolean[] = [];
  for (const { entries, definitions, repetitions, values } of pages) {
    let next = 0;
    for (let i = 0; i < entries; i++) {
      const level = definitions?.[i] ?? leaf;
      if (level < parent.definition) continue;
      if ((repetitions?.[i] ?? 0) === 0) {
        starts.push(items.length);
        // One level below that of an element: the list is empty. Two levels below: there is no list.
        presence.push(level >= present.definition - 1);
      }
      if (level >= present.definition) items.push(level === leaf ? values[next++] : undefined);
    }
  }
  return { items, starts, presence };
}

const isEmpty = ({ presence }: Items): boolean => !presence.includes(true);

function itemsIn({ items, starts, presence }: Items, row: number): unknown[] | undefined {
  return presence[row] === true ? items.slice(starts[row], starts[row + 1]) : undefined;
}

function areAlike({ items, starts, presence }: Items, before: number, row: number): boolean {
  const [first, second, third = items.length] = [starts[before] ?? 0, starts[row] ?? 0, starts[row + 1]];
  if (second - first !== third - second || presence[before] !== presence[row]) return false;
  for (let i = first; i < second; i++) if (items[i] !== items[i - first + second]) return false;
  return true;
}

/** Definition and repetition level of an entry that is present down to the end of the path. */
function levelOf(path: SchemaTree[]): Level {
  let [definition, repetition] = [0, 0];
  for (const { element } of path.slice(1)) {
    if (element.repetition_type !== 'REQUIRED') definition += 1;
    if (element.repetition_type === 'REPEATED') repetition += 1;
  }
  return { definition, repetition };
}
