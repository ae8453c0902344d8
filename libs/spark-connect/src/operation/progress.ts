import type {
  ExecutePlanResponse_ExecutionProgress,
  ExecutePlanResponse_Metrics,
} from '../gen/spark/connect/connect_pb.ts';

/** Progress of an operation. The server reports it about every two seconds, from Spark 4.0 on. */
export interface Progress {
  readonly operationId: string;
  readonly stages: readonly StageProgress[];
  /** Tasks that run now. */
  readonly runningTasks: number;
}

/** Progress of one stage. */
export interface StageProgress {
  readonly stageId: number;
  readonly tasks: number;
  readonly completedTasks: number;
  readonly inputBytes: number;
  readonly isDone: boolean;
}

/** What one node of the executed plan counted. */
export interface PlanMetrics {
  /** The node, such as `Scan parquet`. */
  readonly name: string;
  readonly planId: bigint;
  readonly parentId: bigint;
  /** By Spark's name, such as `numOutputRows`; sizes are bytes and timings milliseconds or nanoseconds, as `type` says. */
  readonly values: Readonly<Record<string, { readonly value: bigint; readonly type: string }>>;
}

export const progressOf = (
  operationId: string,
  { stages, numInflightTasks }: ExecutePlanResponse_ExecutionProgress,
): Progress => ({
  operationId,
  stages: stages.map((stage) => ({
    stageId: Number(stage.stageId),
    tasks: Number(stage.numTasks),
    completedTasks: Number(stage.numCompletedTasks),
    inputBytes: Number(stage.inputBytesRead),
    isDone: stage.done,
  })),
  runningTasks: Number(numInflightTasks),
});

export const metricsOf = ({ metrics }: ExecutePlanResponse_Metrics): readonly PlanMetrics[] =>
  metrics.map(({ name, planId, parent, executionMetrics }) => ({
    name,
    planId,
    parentId: parent,
    values: Object.fromEntries(
      Object.entries(executionMetrics).map(([key, { value, metricType }]) => [
        key,
        { value, type: metricType },
      ]),
    ),
  }));
