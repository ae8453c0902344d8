import type { ResultBatch } from '../arrow/decode.ts';
import type { Row } from '../arrow/value.ts';
import { analyze } from '../calls/analyze.ts';
import type { SessionCalls } from '../calls/calls.ts';
import { invalidArgument } from '../errors.ts';
import {
  AnalyzePlanRequest_Explain_ExplainMode as Mode,
  type Relation,
} from '../gen/spark/connect/connect_pb.ts';
import { runCommand, type RunOptions, runPlan } from '../operation/run.ts';
import { createView, type WriteTarget, writeOperation } from '../plan/command.ts';
import { limited, queryPlan } from '../plan/relation.ts';
import { columnsOf, type SchemaColumn } from './schema.ts';

/** How much `explain` tells. */
export type ExplainMode = 'simple' | 'extended' | 'codegen' | 'cost' | 'formatted';

const EXPLAIN_MODES: Readonly<Record<ExplainMode, Mode>> = {
  simple: Mode.SIMPLE,
  extended: Mode.EXTENDED,
  codegen: Mode.CODEGEN,
  cost: Mode.COST,
  formatted: Mode.FORMATTED,
};

/** A relation that Spark computes when its rows are read or written. It holds no rows itself. */
export class DataFrame {
  readonly #calls: SessionCalls;
  /** The relation's plan, for use in other plans of the same session. */
  readonly relation: Relation;

  constructor(calls: SessionCalls, relation: Relation) {
    this.#calls = calls;
    this.relation = relation;
  }

  /**
   * The rows, in batches as the executors make them. Rows that are not read yet wait at the server.
   * @throws SparkConnectError; the signal's reason when aborted.
   */
  async *batches(options: RunOptions = {}): AsyncGenerator<ResultBatch, void, undefined> {
    for await (const result of runPlan(this.#calls, queryPlan(this.relation), options))
      if (result.kind === 'batch') yield result.batch;
  }

  /** All rows at once, for small results. */
  async collect(options: RunOptions = {}): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const batch of this.batches(options)) for (const row of batch.rows()) rows.push(row);
    return rows;
  }

  /** The first rows; which ones is Spark's choice unless the query orders them. */
  limit(rows: number): DataFrame {
    if (!Number.isInteger(rows) || rows < 0 || rows >= 2 ** 31)
      throw invalidArgument(`A limit must be a number of rows, not ${rows}`);
    return new DataFrame(this.#calls, limited(this.relation, rows));
  }

  /** Names and types of the columns. Runs no job, but the query is analysed: errors in it show here. */
  async schema(signal?: AbortSignal): Promise<readonly SchemaColumn[]> {
    const plan = queryPlan(this.relation);
    const answer = await analyze(this.#calls, { case: 'schema', value: { plan } }, 'schema', signal);
    return columnsOf(answer.schema);
  }

  /** How Spark would compute it, as text. */
  async explain(mode: ExplainMode = 'formatted', signal?: AbortSignal): Promise<string> {
    const request = { plan: queryPlan(this.relation), explainMode: EXPLAIN_MODES[mode] };
    const answer = await analyze(this.#calls, { case: 'explain', value: request }, 'explain', signal);
    return answer.explainString;
  }

  /** Gives the relation a name that queries of the same session can use; it stays until the session ends. */
  async createTempView(
    name: string,
    options: RunOptions & { readonly replace?: boolean } = {},
  ): Promise<void> {
    const { replace = true, ...run } = options;
    await runCommand(this.#calls, createView(this.relation, name, replace), run);
  }

  /** Computes the rows and writes them where the executors are. Resolves when Spark has committed the job. */
  async write(target: WriteTarget, options: RunOptions = {}): Promise<void> {
    if ((target.path === undefined) === (target.table === undefined))
      throw invalidArgument('Writing needs either a path or a table, not both or neither');
    if (target.path !== undefined && target.format === undefined)
      throw invalidArgument(`Writing to ${target.path}: the format is missing`);
    await runCommand(this.#calls, writeOperation(this.relation, target), options);
  }
}
