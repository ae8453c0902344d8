/** Compares what a merge would write with what the lake holds, and changes nothing of it. */
import type { Engine, Relation, Select } from '../../engine/engine.ts';
import type { Column } from '../../lake/column.ts';
import { BRONZE_FLIGHTS } from '../../lake/bronze-flights.ts';
import { dataFiles } from '../../lake/lake.ts';
import { QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import type { TableDefinition } from '../../lake/table.ts';
import type { QuarantineChange } from './quarantine-change.ts';
import { filesOfSpan } from './replacement.ts';
import { rowsWithin } from './slice-selects.ts';
import type { NewRows, SliceSink } from './slice.ts';

/** How many rows of a table a merge would add, take out and change. */
export interface TableDifference {
  readonly come: number;
  readonly go: number;
  readonly change: number;
}
const NONE: TableDifference = { come: 0, go: 0, change: 0 };

/**
 * Columns of written differences. Grain: a row that the table lacks (`missing`) or should not have (`surplus`), or one
 * cell that has another value than today's rules give (`different`). `row_key` is the values of the key of the table with
 * blanks between them.
 */
export const DIFFERENCE_COLUMNS: readonly Column[] = [
  { name: 'table_name', type: 'string' },
  { name: 'row_key', type: 'string' },
  { name: 'change', type: 'string' },
  { name: 'column_name', type: 'string' },
  { name: 'was', type: 'string' },
  { name: 'now', type: 'string' },
];

const DIFFERING = { kind: 'kept', name: 'merge_differing' } as const satisfies Relation;

/** Counts the differences of slices, and hands the differing rows on. */
export class Differences implements SliceSink {
  readonly #engine: Engine;
  readonly #write: ((differences: Select) => Promise<void>) | null;
  readonly #signal: AbortSignal | undefined;
  readonly #tables = new Map<string, TableDifference>();

  /** @param write takes rows of {@link DIFFERENCE_COLUMNS}; null: they are only counted */
  constructor(
    engine: Engine,
    write: ((differences: Select) => Promise<void>) | null,
    signal: AbortSignal | undefined,
  ) {
    this.#engine = engine;
    this.#write = write;
    this.#signal = signal;
  }

  /** The sums so far, by table. */
  get tables(): ReadonlyMap<string, TableDifference> {
    return this.#tables;
  }

  async bronze(rows: Select): Promise<void> {
    const [row] = await this.#rows('select count(*) as n from added', {
      added: { kind: 'select', select: rows },
    });
    this.#add(BRONZE_FLIGHTS, { ...NONE, come: Number(row?.['n'] ?? 0) });
  }

  async quarantine(change: QuarantineChange): Promise<void> {
    this.#add(QUARANTINE_FLIGHTS, { ...NONE, come: change.lacking, go: change.released });
    if (this.#write === null) return;
    const { key, name } = QUARANTINE_FLIGHTS;
    for (const [kind, rows] of [
      ['missing', change.lackingRows],
      ['surplus', change.releasedRows],
    ] as const)
      await this.#write({
        sql: `select ${text(name)} as table_name, ${keyText(key, '')} as row_key, ${text(kind)} as change, ${NO_CELL} from differing`,
        relations: { differing: { kind: 'select', select: rows } },
        signal: this.#signal,
      });
  }

  async replace({ definition, snapshot, order, span, rows }: NewRows): Promise<void> {
    const { touched } = filesOfSpan(snapshot?.files() ?? [], order, span);
    const there: Relation = {
      kind: 'select',
      select: rowsWithin(dataFiles(definition, snapshot, { files: touched }), order.seconds, span),
    };
    await this.#engine.keep(DIFFERING.name, {
      sql: differingSql(definition),
      relations: { there, fresh: { kind: 'select', select: rows } },
      signal: this.#signal,
    });
    const [row] = await this.#rows(
      `select ${['missing', 'surplus', 'different'].map((kind) => `sum(case when change = ${text(kind)} then 1 else 0 end) as ${kind}`).join(', ')} from differing`,
      { differing: DIFFERING },
    );
    const [come = 0, go = 0, change = 0] = ['missing', 'surplus', 'different'].map((kind) =>
      Number(row?.[kind] ?? 0),
    );
    this.#add(definition, { come, go, change });
    if (this.#write !== null && come + go + change > 0)
      await this.#write({
        sql: cellsSql(definition),
        relations: { differing: DIFFERING },
        signal: this.#signal,
      });
    await this.#engine.forget(DIFFERING.name);
  }

  #rows(sql: string, relations: Select['relations']): ReturnType<Engine['rows']> {
    return this.#engine.rows({ sql, relations, signal: this.#signal });
  }

  #add({ name }: TableDefinition, { come, go, change }: TableDifference): void {
    const before = this.#tables.get(name) ?? NONE;
    this.#tables.set(name, {
      come: before.come + come,
      go: before.go + go,
      change: before.change + change,
    });
  }
}

const text = (value: string): string => `'${value}'`;
const NO_CELL =
  'cast(null as string) as column_name, cast(null as string) as was, cast(null as string) as now';

/** The values of a key as one text. */
const keyText = (key: readonly string[], prefix: string): string =>
  `concat_ws(' ', ${key.map((name) => `coalesce(cast(${prefix}${name} as string), 'null')`).join(', ')})`;

/** The columns of a table that are no part of its key. */
const cellsOf = ({ columns, key }: TableDefinition): readonly string[] =>
  columns.map(({ name }) => name).filter((name) => !key.includes(name));

/** Rows of `there` and `fresh` that differ: the key as text, how, and each cell as it was and is now. */
export function differingSql(definition: TableDefinition): string {
  const { key } = definition;
  const cells = cellsOf(definition);
  return `select
  coalesce(was_key, now_key) as row_key,
  case when was_key is null then 'missing' when now_key is null then 'surplus' else 'different' end as change,
  ${cells.map((name) => `cast(was.${name} as string) as was_${name}, cast(now.${name} as string) as now_${name}`).join(',\n  ')}
from (select *, ${keyText(key, '')} as was_key from there) as was
full join (select *, ${keyText(key, '')} as now_key from fresh) as now on was_key = now_key
where was_key is null or now_key is null
  or ${cells.map((name) => `was.${name} is distinct from now.${name}`).join('\n  or ')}`;
}

/** The differing rows, one for each differing cell. */
function cellsSql(definition: TableDefinition): string {
  const head = `select ${text(definition.name)} as table_name, row_key, change`;
  return [
    `${head}, ${NO_CELL} from differing where change <> 'different'`,
    ...cellsOf(definition).map(
      (name) =>
        `${head}, ${text(name)} as column_name, was_${name} as was, now_${name} as now from differing where change = 'different' and was_${name} is distinct from now_${name}`,
    ),
  ].join(' union all ');
}
