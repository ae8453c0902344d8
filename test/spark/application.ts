/** What the page of a Spark application tells of stages and tasks. Source: Spark, "Monitoring and Instrumentation". */

/** One attempt of a task. */
export interface TaskAttempt {
  readonly index: number;
  readonly attempt: number;
  readonly host: string;
  readonly status: string;
  readonly speculative: boolean;
}

interface Stage {
  readonly stageId: number;
  readonly attemptId: number;
}

/**
 * The tasks of all stages so far, each attempt by itself. Asked one after another: the page lets a handful of connections
 * wait, and resets those beyond.
 */
export async function taskAttempts(page: string): Promise<readonly TaskAttempt[]> {
  const attempts: TaskAttempt[] = [];
  for (const { stageId, attemptId } of await ask<readonly Stage[]>(page, 'stages')) {
    const path = `stages/${stageId}/${attemptId}/taskList?length=10000`;
    attempts.push(...(await ask<readonly TaskAttempt[]>(page, path)));
  }
  return attempts;
}

/** How many stages are being computed. */
export const activeStages = async (page: string): Promise<number> =>
  (await ask<readonly Stage[]>(page, 'stages?status=active')).length;

/** Hosts of the executors that have come. */
export async function executorHosts(page: string): Promise<readonly string[]> {
  const executors = await ask<readonly { readonly id: string; readonly hostPort: string }[]>(
    page,
    'executors',
  );
  return executors.filter(({ id }) => id !== 'driver').map(({ hostPort }) => hostPort.replace(/:\d+$/, ''));
}

async function ask<T>(page: string, path: string): Promise<T> {
  const get = async (address: string): Promise<unknown> => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
    return answer.json();
  };
  const root = `${page}/api/v1/applications`;
  const [application] = (await get(root)) as readonly { readonly id: string }[];
  return (await get(`${root}/${application?.id}/${path}`)) as T;
}
