/** Spark Connect client for Node: sessions, SQL, reads, writes, Arrow results, reattachable execution. */
export type { JobWatch, RunningJob } from './application-page.ts';
export type { ResultBatch } from './arrow/decode.ts';
export type { Columns, ColumnType } from './arrow/encode.ts';
export type { Row, Value } from './arrow/value.ts';
export type { Clock } from './clock.ts';
export type { DataFrame, ExplainMode } from './dataframe/dataframe.ts';
export type { SchemaColumn } from './dataframe/schema.ts';
export {
  hasCode,
  SPARK_CONNECT_ERROR_CODES,
  SparkConnectError,
  type SparkConnectErrorCode,
  type SparkConnectErrorKind,
  type SparkFailure,
} from './errors.ts';
export type { PlanMetrics, Progress, StageProgress } from './operation/progress.ts';
export type { RunOptions } from './operation/run.ts';
export type { WriteMode, WriteTarget } from './plan/command.ts';
export { literal, type Literal, type Parameter } from './plan/literal.ts';
export { renderParameters } from './plan/parameters.ts';
export type { DataSourceRead } from './plan/relation.ts';
export { quoteIdentifier, renderLiteral } from './plan/sql-text.ts';
export {
  type InterruptTarget,
  openSession,
  type QueryOptions,
  type SessionOptions,
  type SparkSession,
} from './session/session.ts';
export { type Endpoint, parseConnectionString } from './transport/connection-string.ts';
export type { RetryOptions } from './transport/retry.ts';
