import type { FileFacts } from '@contrail/delta-lake';
import type { Relation, Select } from '../engine.ts';
import type { Storage } from './storage.ts';
import type { Tuning } from './tuning.ts';

/** A relation that the engine keeps: Parquet files beside the lake, which outlive the session that wrote them. */
export interface KeptFiles {
  readonly kind: 'files';
  readonly columns: readonly { readonly name: string; readonly sqlType: string }[];
  readonly addresses: readonly string[];
  readonly rows: number;
}

/** A SELECT whose inputs are kept: it is computed wherever it is read. */
export interface KeptSelect {
  readonly kind: 'select';
  readonly select: Omit<Select, 'signal'>;
  /** Names of relations that were kept for it alone. */
  readonly inputs: readonly string[];
}

export type Kept = KeptFiles | KeptSelect;

/** What the engine keeps, by name. */
export class KeptRelations {
  readonly #storage: Storage;
  readonly #kept = new Map<string, Kept & { readonly tuning: Tuning }>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  get(name: string): Kept | undefined {
    return this.#kept.get(name);
  }

  /** How many rows the relations of a SELECT have together; infinity if one is not counted. */
  rowsOf({ relations }: Omit<Select, 'signal'>): number {
    const one = (relation: Relation): number => {
      switch (relation.kind) {
        case 'rows':
          return relation.rows.length;
        case 'messages':
          return relation.ranges.reduce((sum, { start, end }) => sum + Number(end - start), 0);
        case 'select':
          return this.rowsOf(relation.select);
        case 'files':
          return relation.files.length === 0 ? 0 : Number.POSITIVE_INFINITY;
        case 'kept': {
          const kept = this.#kept.get(relation.name);
          if (kept === undefined) return 0;
          return kept.kind === 'files' ? kept.rows : this.rowsOf(kept.select);
        }
      }
    };
    return Object.values(relations).reduce((sum, relation) => sum + one(relation), 0);
  }

  /**
   * The tuning of the newest batch that the kept relations of a SELECT are made of; null if it reads no kept relation.
   */
  tuningOf({ relations }: Omit<Select, 'signal'>): Tuning | null {
    const tunings = Object.values(relations).map((relation) => {
      if (relation.kind === 'select') return this.tuningOf(relation.select);
      return relation.kind === 'kept' ? (this.#kept.get(relation.name)?.tuning ?? null) : null;
    });
    return tunings.reduce(
      (newest, one) => (one !== null && one.batch > (newest?.batch ?? -1) ? one : newest),
      null,
    );
  }

  /**
   * Replaces the relation of that name and deletes its files.
   * @param tuning of the newest batch that it is made of
   */
  async replace(name: string, kept: Kept, tuning: Tuning): Promise<void> {
    const before = this.#kept.get(name);
    this.#kept.set(name, { ...kept, tuning });
    if (before === undefined) return;
    const inUse = new Set(kept.kind === 'files' ? kept.addresses : []);
    await this.#discard(before, inUse);
  }

  async forget(name: string): Promise<void> {
    const before = this.#kept.get(name);
    this.#kept.delete(name);
    if (before !== undefined) await this.#discard(before, new Set());
  }

  async clear(): Promise<void> {
    for (const name of this.#kept.keys()) await this.forget(name);
  }

  async #discard(kept: Kept, inUse: ReadonlySet<string>): Promise<void> {
    if (kept.kind === 'select') {
      for (const name of kept.inputs) await this.forget(name);
      return;
    }
    const gone = kept.addresses.filter((address) => !inUse.has(address));
    await Promise.all(gone.map((address) => this.#storage.store.delete(this.#storage.keyOf(address))));
  }
}

/** The columns of a file with their Spark types, by its footer. */
export function columnsOf(schema: FileFacts['schema']): KeptFiles['columns'] {
  return schema.fields.map(({ name, type }) => ({ name, sqlType: sparkType(type) }));
}

const NAMES: Readonly<Record<string, string>> = {
  long: 'bigint',
  integer: 'int',
  short: 'smallint',
  byte: 'tinyint',
};

function sparkType(type: FileFacts['schema']['fields'][number]['type']): string {
  if (typeof type === 'string') return NAMES[type] ?? type;
  if (type.type === 'array') return `array<${sparkType(type.elementType)}>`;
  if (type.type === 'struct')
    return `struct<${type.fields.map((field) => `${field.name}: ${sparkType(field.type)}`).join(', ')}>`;
  throw new TypeError(`A kept relation has a column of type ${type.type}, which none of our SELECTs makes.`);
}
