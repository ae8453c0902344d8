import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type CommandSchema,
  type Plan,
  PlanSchema,
  type Relation,
  WriteOperation_SaveMode as SaveMode,
  WriteOperation_SaveTable_TableSaveMethod as SaveMethod,
} from '../gen/spark/connect/connect_pb.ts';

const command = (commandType: NonNullable<MessageInitShape<typeof CommandSchema>['commandType']>): Plan =>
  create(PlanSchema, { opType: { case: 'command', value: { commandType } } });

/**
 * Runs a statement at once. Servers before Spark 4.0 read only the deprecated fields, later ones only `input`, so both
 * are filled. Source: Spark, `SqlCommand`.
 */
export function sqlCommand(input: Relation): Plan {
  const sql = input.relType.case === 'sql' ? input.relType.value : undefined;
  return command({
    case: 'sqlCommand',
    value: { input, ...(sql === undefined ? {} : { sql: sql.query, namedArguments: sql.namedArguments }) },
  });
}

/** Gives a relation a name in this session. */
export const createView = (input: Relation, name: string, replace: boolean): Plan =>
  command({ case: 'createDataframeView', value: { input, name, replace } });

/** What to do when the target exists. */
export type WriteMode = 'append' | 'overwrite' | 'error-if-exists' | 'ignore';

const SAVE_MODES: Readonly<Record<WriteMode, SaveMode>> = {
  append: SaveMode.APPEND,
  overwrite: SaveMode.OVERWRITE,
  'error-if-exists': SaveMode.ERROR_IF_EXISTS,
  ignore: SaveMode.IGNORE,
};

/** Where rows are written, and how. */
export interface WriteTarget {
  /** `parquet`, `json`, …; for a table the format of its files, when it is made. */
  readonly format?: string;
  /** Either a folder that the executors can reach … */
  readonly path?: string;
  /** … or a table of the catalog: made or, by its columns' names, added to. */
  readonly table?: string;
  /** `error-if-exists` when absent. */
  readonly mode?: WriteMode;
  /** Columns that become folders and are left out of the files. */
  readonly partitionBy?: readonly string[];
  /** Options of the format, such as `compression`. */
  readonly options?: Readonly<Record<string, string>>;
}

/** Writes the rows of a relation. Exactly one of `path` and `table` must be given: the caller checks. */
export function writeOperation(input: Relation, target: WriteTarget): Plan {
  const { format, path, table, mode = 'error-if-exists', partitionBy = [], options = {} } = target;
  return command({
    case: 'writeOperation',
    value: {
      input,
      ...(format === undefined ? {} : { source: format }),
      saveType:
        path === undefined
          ? {
              case: 'table',
              value: { tableName: table ?? '', saveMethod: SaveMethod.SAVE_AS_TABLE },
            }
          : { case: 'path', value: path },
      mode: SAVE_MODES[mode],
      partitioningColumns: [...partitionBy],
      options,
    },
  });
}
