import { ApplicationPage, type JobWatch, type RunningJob } from '../application-page.ts';
import { decodeBatch } from '../arrow/decode.ts';
import { type Columns, encodeRows } from '../arrow/encode.ts';
import type { Row } from '../arrow/value.ts';
import { analyze } from '../calls/analyze.ts';
import { METHODS, SessionCalls } from '../calls/calls.ts';
import { type Clock, systemClock } from '../clock.ts';
import { DataFrame } from '../dataframe/dataframe.ts';
import { SparkConnectError } from '../errors.ts';
import {
  InterruptRequest_InterruptType as InterruptType,
  type Relation,
} from '../gen/spark/connect/connect_pb.ts';
import { type RunOptions, runPlan } from '../operation/run.ts';
import { sqlCommand } from '../plan/command.ts';
import { literalExpression } from '../plan/literal-expression.ts';
import { literalOf, type Parameter } from '../plan/literal.ts';
import { renderParameters } from '../plan/parameters.ts';
import { dataSource, type DataSourceRead, localRelation, namedTable, sqlRelation } from '../plan/relation.ts';
import { Channel, type ChannelOptions } from '../transport/channel.ts';
import { parseConnectionString } from '../transport/connection-string.ts';
import type { RetryOptions } from '../transport/retry.ts';
import { SessionConfig } from './config.ts';

const CLIENT = 'contrail-spark-connect/0.1.0';

/** How a session is opened. */
export interface SessionOptions extends ChannelOptions {
  readonly retry?: RetryOptions;
  /**
   * How values replace `:name` markers: `server` sends typed literals beside the text (the default), `text` writes SQL
   * literals into it. Delta's extension needs `text`: with it, Spark 4.2 answers UNBOUND_SQL_PARAMETER to `server`.
   */
  readonly parameters?: 'server' | 'text';
  /**
   * Address of the application's page, such as `http://127.0.0.1:4040`. With it an aborted operation is watched until
   * no job of it runs any more; one that the interrupt missed is killed.
   */
  readonly applicationPage?: string | JobWatch | undefined;
  readonly clock?: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** Parameters and relations of a query. */
export interface QueryOptions {
  /** Values for `:name` markers. */
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /**
   * Relations that the query can name, for this query alone. The server creates temporary views for them and drops them
   * again, so a name must not belong to a view, or to another query that runs in this session at the same time.
   */
  readonly relations?: Readonly<Record<string, DataFrame>>;
}

/** What to interrupt: one operation, all that were started with a tag, or all of the session. */
export type InterruptTarget = { readonly operationId: string } | { readonly tag: string } | 'all';

/**
 * Opens a session at a Spark Connect server. Views, functions and settings belong to it alone.
 * @param address `sc://host:port/;token=…;user_id=…`, see {@link parseConnectionString}.
 * @throws SparkConnectError unavailable when no server answers within the retry limits; the signal's reason.
 */
export async function openSession(address: string, options: SessionOptions = {}): Promise<SparkSession> {
  const endpoint = parseConnectionString(address);
  const clock = options.clock ?? systemClock;
  const { applicationPage, retry = {}, parameters = 'server' } = options;
  const page = typeof applicationPage === 'string' ? new ApplicationPage(applicationPage) : applicationPage;
  const connect: Connect = (sessionId, serverSideSessionId) => {
    const channel = new Channel(endpoint, options);
    const caller = {
      sessionId,
      userId: endpoint.userId ?? '',
      clientType: endpoint.userAgent === undefined ? CLIENT : `${endpoint.userAgent} ${CLIENT}`,
    };
    return { channel, calls: new SessionCalls({ channel, caller, clock, retry, page, serverSideSessionId }) };
  };
  const connected = connect(endpoint.sessionId ?? clock.newId());
  const { channel, calls } = connected;
  try {
    const { version } = await analyze(
      calls,
      { case: 'sparkVersion', value: {} },
      'sparkVersion',
      options.signal,
    );
    return new SparkSession(connected, version, parameters, connect);
  } catch (error) {
    channel.close();
    throw error;
  }
}

/** A session and the channel to its server. */
interface Connected {
  readonly channel: Channel;
  readonly calls: SessionCalls;
}
type Connect = (sessionId: string, serverSideSessionId?: string) => Connected;

/** A session at a Spark Connect server. Hold it with `await using`. Several calls may run at the same time. */
export class SparkSession implements AsyncDisposable {
  readonly #channel: Channel;
  readonly #calls: SessionCalls;
  readonly #parameters: 'server' | 'text';
  readonly #connect: Connect;
  /** Version of the server. */
  readonly sparkVersion: string;
  readonly config: SessionConfig;

  constructor(
    { channel, calls }: Connected,
    sparkVersion: string,
    parameters: 'server' | 'text',
    connect: Connect,
  ) {
    this.#channel = channel;
    this.#calls = calls;
    this.#parameters = parameters;
    this.#connect = connect;
    this.sparkVersion = sparkVersion;
    this.config = new SessionConfig(calls);
  }

  get sessionId(): string {
    return this.#calls.caller.sessionId;
  }

  /** A SELECT as a relation; nothing runs until rows are asked for. For statements that change something use `execute`. */
  sql(query: string, options: QueryOptions = {}): DataFrame {
    return this.#dataFrame(this.#query(query, options));
  }

  /**
   * Runs a statement (DDL, INSERT, SET, DESCRIBE, …) at once and answers its rows. A SELECT works too, but `sql` is
   * better for it: here the server first returns a plan, which must then be sent again.
   */
  async execute(statement: string, options: QueryOptions & RunOptions = {}): Promise<Row[]> {
    let relation: Relation | undefined;
    for await (const result of runPlan(this.#calls, sqlCommand(this.#query(statement, options)), options))
      if (result.kind === 'relation') relation = result.relation;
    if (relation === undefined) return [];
    if (relation.relType.case !== 'localRelation')
      return this.#dataFrame(relation).collect({ ...options, operationId: this.#calls.clock.newId() });
    const { data } = relation.relType.value;
    return data === undefined ? [] : decodeBatch(data).rows();
  }

  /** A table or view, by its name as SQL writes it. */
  table(name: string, options: Readonly<Record<string, string>> = {}): DataFrame {
    return this.#dataFrame(namedTable(name, options));
  }

  /** Reads a data source, such as Parquet files by their paths, or a range of a Kafka topic. */
  read(source: DataSourceRead): DataFrame {
    return this.#dataFrame(dataSource(source));
  }

  /** Given rows as a relation. They are sent with each plan that uses it, so keep them few. */
  rows(columns: Columns, rows: readonly Row[]): DataFrame {
    return this.#dataFrame(localRelation(encodeRows(columns, rows)));
  }

  /**
   * Asks the server to stop what runs; its waiting callers get an error of kind cancelled. An interrupt that arrives
   * before the server has begun an operation finds nothing. Then the id is missing in the answer, and you must
   * interrupt again.
   * @returns ids of the operations that were told to stop.
   */
  async interrupt(target: InterruptTarget, signal?: AbortSignal): Promise<readonly string[]> {
    const { interruptedIds } = await this.#calls.unary(
      METHODS.interrupt,
      { ...this.#calls.head(), ...interruptOf(target) },
      signal,
    );
    return interruptedIds;
  }

  /**
   * The jobs that run for this session, or for one operation of it.
   * @throws SparkConnectError unsupported without the option `applicationPage`: Spark Connect itself does not list
   * jobs.
   */
  async runningJobs(operationId?: string, signal?: AbortSignal): Promise<readonly RunningJob[]> {
    const { page } = this.#calls;
    if (page === undefined)
      throw new SparkConnectError('unsupported', 'Asking for running jobs needs the option applicationPage');
    return page.runningJobs(operationId ?? this.sessionId, signal);
  }

  /**
   * Opens another session that begins with the settings of this one and is independent from then on; views are not
   * shared. This is the way to give a session settings that a server reads only when a session begins.
   * @throws SparkConnectError unsupported before Spark 4.1.
   */
  async clone(signal?: AbortSignal): Promise<SparkSession> {
    const { newSessionId, newServerSideSessionId } = await this.#calls.unary(
      METHODS.cloneSession,
      { ...this.#calls.head(), newSessionId: this.#calls.clock.newId() },
      signal,
    );
    const connected = this.#connect(newSessionId, newServerSideSessionId);
    return new SparkSession(connected, this.sparkVersion, this.#parameters, this.#connect);
  }

  /** Ends the session at the server. Running operations are interrupted; views and settings are lost. */
  async close(): Promise<void> {
    await this.#calls.close();
    this.#channel.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #query(query: string, { parameters = {}, relations = {} }: QueryOptions): Relation {
    const literals = Object.entries(parameters).map(([name, value]) => [name, literalOf(value)] as const);
    const named = Object.fromEntries(
      Object.entries(relations).map(([name, { relation }]) => [name, relation]),
    );
    if (this.#parameters === 'text')
      return sqlRelation(renderParameters(query, Object.fromEntries(literals)), {}, named);
    const expressions = literals.map(([name, value]) => [name, literalExpression(value)] as const);
    return sqlRelation(query, Object.fromEntries(expressions), named);
  }

  #dataFrame(relation: Relation): DataFrame {
    return new DataFrame(this.#calls, relation);
  }
}

function interruptOf(
  target: InterruptTarget,
):
  | { interruptType: typeof InterruptType.ALL }
  | { interruptType: InterruptType; interrupt: { case: 'operationTag' | 'operationId'; value: string } } {
  if (target === 'all') return { interruptType: InterruptType.ALL };
  return 'tag' in target
    ? { interruptType: InterruptType.TAG, interrupt: { case: 'operationTag', value: target.tag } }
    : {
        interruptType: InterruptType.OPERATION_ID,
        interrupt: { case: 'operationId', value: target.operationId },
      };
}
