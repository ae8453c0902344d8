import type { Columns, DataFrame, Row as SparkRow, SparkSession } from '@contrail/spark-connect';
import { quoteIdentifier, renderLiteral } from '@contrail/spark-connect';
import { ContrailError } from '../../errors.ts';
import type { Column, Value } from '../../lake/column.ts';
import type { MessagesRelation, DataFile, Relation, Row, Select } from '../engine.ts';
import { groupByConstants } from '../file-groups.ts';
import { bindParameters } from '../sql/parameters.ts';
import { withExpressions } from '../sql/with.ts';
import { inlined } from './inline.ts';
import type { KeptFiles, KeptRelations } from './kept.ts';
import type { Macros } from './macros.ts';
import { sparkPattern } from './storage.ts';
import { constantText, emptyText, literalOf, schemaText, sqlType, typed } from './values.ts';

/** What binding a SELECT needs. */
export interface Bindings {
  readonly session: SparkSession;
  readonly kept: KeptRelations;
  readonly macros: Macros;
  /** Reads messages, keeps them and answers the kept relation. */
  readonly messages: (relation: MessagesRelation) => Promise<Relation>;
}

let aliases = 0;

/** A new name for a relation in a query: two queries that are analysed at the same time must not share a name. */
export function freshAlias(): string {
  aliases += 1;
  return `contrail_${aliases}`;
}

/** A SELECT whose relations Spark knows. */
export interface BoundSelect {
  /**
   * Its rows, optionally with a list of columns and a hint for Spark. It is all one query, because Spark analyses each
   * nested query by itself.
   */
  query(list?: string, hint?: string): DataFrame;
}

/**
 * A SELECT as a relation of Spark. Each of its relations becomes a common table expression of its name, over a view
 * with a unique name: Spark creates the views while it analyses the query, and may analyse several queries of a session
 * at the same time.
 */
export async function bindSelect(bindings: Bindings, select: Omit<Select, 'signal'>): Promise<BoundSelect> {
  const binder = new Binder(bindings);
  await binder.add(select);
  return { query: (list, hint) => binder.query(select, list, hint) };
}

class Binder {
  readonly #bindings: Bindings;
  /** Names already given, with what they stand for. */
  readonly #relations = new Map<string, Relation>();
  readonly #expressions: string[] = [];
  readonly #frames: Record<string, DataFrame> = {};

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
  }

  /** Adds the relations of a SELECT, those of inner SELECTs first. */
  async add({ relations }: Omit<Select, 'signal'>): Promise<void> {
    for (const [name, relation] of Object.entries(relations)) {
      const other = this.#relations.get(name);
      if (other === relation) continue;
      if (other !== undefined) {
        throw new ContrailError('relation-ambiguous', `Two relations of one SELECT are called "${name}".`);
      }
      this.#relations.set(name, relation);
      this.#expressions.push(`${quoteIdentifier(name)} as (${await this.#text(relation)})`);
    }
  }

  query(select: Omit<Select, 'signal'>, list: string = '*', hint: string = ''): DataFrame {
    // The line feed ends a comment that the text may end with.
    const text = `select ${hint}${list} from (${withValues(select, this.#bindings.macros)}\n)`;
    return this.#bindings.session.sql(inlined(withExpressions(this.#expressions, text)), {
      relations: this.#frames,
    });
  }

  async #text(relation: Relation): Promise<string> {
    switch (relation.kind) {
      case 'files':
        return this.#filesText(relation.columns, relation.files);
      case 'rows':
        return this.#rowsText(relation.columns, relation.rows);
      case 'kept': {
        const kept = this.#bindings.kept.get(relation.name);
        if (kept === undefined) {
          throw new ContrailError('sql-failed', `There is no kept relation "${relation.name}".`);
        }
        return kept.kind === 'files'
          ? this.#keptText(kept)
          : this.#text({ kind: 'select', select: kept.select });
      }
      case 'messages':
        return this.#text(await this.#bindings.messages(relation));
      case 'select':
        await this.add(relation.select);
        return `${withValues(relation.select, this.#bindings.macros)}\n`;
    }
  }

  #keptText({ columns, addresses, rows }: KeptFiles): string {
    // With a relation that is known to be empty, Spark leaves out whole joins.
    if (rows === 0) return emptyText(columns);
    return `select * from ${this.#parquet(columns, addresses)}`;
  }

  #filesText(columns: readonly Column[], files: readonly DataFile[]): string {
    const parts = groupByConstants(files).map((group) => {
      const constants = group[0]?.constants ?? {};
      const inFiles = columns.filter(({ name }) => !Object.hasOwn(constants, name));
      const list = columns.map(({ name, type }) =>
        Object.hasOwn(constants, name)
          ? `${constantText(constants[name] ?? null, type)} as ${quoteIdentifier(name)}`
          : quoteIdentifier(name),
      );
      const view = this.#parquet(
        typed(inFiles),
        group.map(({ path }) => path),
      );
      return `select ${list.join(', ')} from ${view}`;
    });
    return parts.length === 0 ? emptyText(typed(columns)) : parts.join(' union all ');
  }

  /** Exactly these files. A folder name such as `name=value` has no meaning here. */
  #parquet(columns: KeptFiles['columns'], addresses: readonly string[]): string {
    return this.#view(
      this.#bindings.session.read({
        format: 'parquet',
        schema: schemaText(columns),
        options: { recursiveFileLookup: 'true' },
        paths: addresses.map(sparkPattern),
      }),
    );
  }

  #rowsText(columns: readonly Column[], rows: readonly Row[]): string {
    if (rows.length === 0) return emptyText(typed(columns));
    const view = this.#view(
      this.#bindings.session.rows(
        Object.fromEntries(columns.map(({ name, type }) => [name, sentAs(type)])) as Columns,
        rows.map((row) =>
          Object.fromEntries(columns.map(({ name, type }) => [name, sent(row[name] ?? null, type)])),
        ) as SparkRow[],
      ),
    );
    const list = columns.map(({ name, type }) => {
      const quoted = quoteIdentifier(name);
      return type === 'array<integer>' ? `from_json(${quoted}, '${sqlType(type)}') as ${quoted}` : quoted;
    });
    return `select ${list.join(', ')} from ${view}`;
  }

  #view(frame: DataFrame): string {
    const alias = freshAlias();
    this.#frames[alias] = frame;
    return alias;
  }
}

/**
 * The text with its macros expanded and its markers replaced by literals: one query may hold two SELECTs that use the
 * same marker.
 */
const withValues = ({ sql, parameters = {} }: Omit<Select, 'signal'>, macros: Macros): string =>
  bindParameters(macros.expand(sql), parameters, (value) => renderLiteral(literalOf(value)));

/** Lists are sent as JSON text. */
const sentAs = (type: Column['type']): string => (type === 'array<integer>' ? 'string' : type);

function sent(value: Value, type: Column['type']): Value {
  if (value === null) return null;
  if (type === 'array<integer>') return JSON.stringify(value);
  return type === 'long' ? BigInt(value as number | bigint) : value;
}
