import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type Expression,
  type Plan,
  PlanSchema,
  type Relation,
  RelationSchema,
} from '../gen/spark/connect/connect_pb.ts';

const relation = (relType: NonNullable<MessageInitShape<typeof RelationSchema>['relType']>): Relation =>
  create(RelationSchema, { common: {}, relType });

/** A table or view of the catalog, by its name as SQL would write it. */
export const namedTable = (unparsedIdentifier: string, options: Readonly<Record<string, string>>): Relation =>
  relation({
    case: 'read',
    value: { readType: { case: 'namedTable', value: { unparsedIdentifier, options } } },
  });

/** What a data source gives: files of a format, or a service such as Kafka. */
export interface DataSourceRead {
  readonly format: string;
  /** DDL text such as `icao24 STRING, n BIGINT`. Without it Spark looks into the files, which costs a job. */
  readonly schema?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly paths?: readonly string[];
}

/** Reads a data source. */
export const dataSource = ({ format, schema, options = {}, paths = [] }: DataSourceRead): Relation =>
  relation({
    case: 'read',
    value: {
      readType: {
        case: 'dataSource',
        value: { format, ...(schema === undefined ? {} : { schema }), options, paths: [...paths] },
      },
    },
  });

/** A query. `relations` defines names of its FROM clauses for this query alone. */
export function sqlRelation(
  query: string,
  namedArguments: Readonly<Record<string, Expression>> = {},
  relations: Readonly<Record<string, Relation>> = {},
): Relation {
  const root = relation({ case: 'sql', value: { query, namedArguments } });
  const names = Object.entries(relations);
  if (names.length === 0) return root;
  const references = names.map(([alias, input]) =>
    relation({ case: 'subqueryAlias', value: { input, alias } }),
  );
  return relation({ case: 'withRelations', value: { root, references } });
}

/** Rows that travel with the plan, as an Arrow IPC stream. */
export const localRelation = (data: Uint8Array): Relation =>
  relation({ case: 'localRelation', value: { data } });

/** The first rows of a relation. */
export const limited = (input: Relation, limit: number): Relation =>
  relation({ case: 'limit', value: { input, limit } });

/** A plan that answers the rows of a relation. */
export const queryPlan = (root: Relation): Plan =>
  create(PlanSchema, { opType: { case: 'root', value: root } });
