/** Probes services in their own protocols. Each probe answers a few words for a person, or throws. */
import { once } from 'node:events';
import { connect } from 'node:net';

const PATIENCE_MS = 5_000;
const HOST = '127.0.0.1';

/** Any answer counts: a store answers 403 to unknown callers. */
export async function answersHttp(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  await answer.body?.cancel();
  return 'answers';
}

/**
 * Asks a broker which requests it knows. It answers this even while it serves no others.
 * Source: Kafka protocol guide, ApiVersions (key 18), version 0: request header v1, answer `size correlation_id error_code …`.
 */
export async function kafkaAnswers(port: number): Promise<string> {
  const request = Buffer.alloc(14);
  request.writeInt32BE(10, 0);
  request.writeInt16BE(18, 4);
  request.writeInt32BE(1, 8);
  // No client id.
  request.writeInt16BE(-1, 12);
  const answer = await exchange(port, request);
  if (answer.length < 10 || answer.readInt32BE(4) !== 1 || answer.readInt16BE(8) !== 0)
    throw new Error(`the program on port ${port} does not speak Kafka`);
  return 'answers';
}

/** Sends bytes and takes the first that come back. */
async function exchange(port: number, request: Buffer): Promise<Buffer> {
  const socket = connect({ host: HOST, port });
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const silence = new Error(`nothing answers on port ${port}`);
  try {
    await once(socket, 'connect', { signal });
    const answered = once(socket, 'data', { signal }) as Promise<[Buffer]>;
    socket.write(request);
    return (await answered)[0];
  } catch (cause) {
    throw new Error(silence.message, { cause });
  } finally {
    socket.destroy();
  }
}

/** The state of the master, and how many workers it has. Source: Spark, `org.apache.spark.deploy.JsonProtocol`. */
export async function masterAnswers(page: string): Promise<string> {
  const { status, aliveworkers, activeapps } = (await json(`${page}/json/`)) as {
    readonly status?: string;
    readonly aliveworkers?: number;
    readonly activeapps?: readonly unknown[];
  };
  if (status !== 'ALIVE') throw new Error(`the master reports the state ${status ?? 'unknown'}`);
  return `${counted(aliveworkers ?? 0, 'worker')}, ${counted(activeapps?.length ?? 0, 'application')}`;
}

export async function workerAnswers(page: string): Promise<string> {
  const { cores, executors } = (await json(`${page}/json/`)) as {
    readonly cores?: number;
    readonly executors?: readonly unknown[];
  };
  return `${counted(cores ?? 0, 'core')}, ${counted(executors?.length ?? 0, 'executor')}`;
}

/** Probes the page of the application and the port of Spark Connect. Source: Spark's monitoring REST API. */
export async function connectAnswers(page: string, port: number): Promise<string> {
  const [application] = (await json(`${page}/api/v1/applications`)) as readonly { readonly id?: string }[];
  const socket = connect({ host: HOST, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (cause) {
    throw new Error(`nothing answers on port ${port}`, { cause });
  } finally {
    socket.destroy();
  }
  return `application ${application?.id ?? 'without a name'}`;
}

async function json(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.json();
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
