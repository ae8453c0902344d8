import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Every port of a cluster, on 127.0.0.1. */
export interface ClusterPorts {
  readonly kafka: number;
  readonly kafkaController: number;
  readonly s3: number;
  /** Between Garage's own processes; versitygw does not use it. */
  readonly s3Rpc: number;
  readonly connect: number;
  readonly application: number;
  readonly master: number;
  readonly masterPage: number;
  readonly workerPage1: number;
  readonly workerPage2: number;
}

/** The ports that documents and other programs expect. */
export const USUAL_PORTS: ClusterPorts = {
  kafka: 9092,
  kafkaController: 9093,
  s3: 3900,
  s3Rpc: 3901,
  connect: 15002,
  application: 4040,
  master: 7077,
  masterPage: 8080,
  workerPage1: 8081,
  workerPage2: 8082,
};

/** The ports that belong to one part of a cluster and are chosen together. */
export const PORTS_OF = {
  kafka: ['kafka', 'kafkaController'],
  s3: ['s3', 's3Rpc'],
  spark: ['connect', 'application', 'master', 'masterPage', 'workerPage1', 'workerPage2'],
} as const satisfies Readonly<Record<string, readonly (keyof ClusterPorts)[]>>;

/** How ports are looked for. */
export interface PortSearch {
  readonly isFree: (port: number) => Promise<boolean>;
  /** A port on which no program listens now. */
  readonly anyFree: () => Promise<number>;
}

/**
 * The wanted ports if they are free, and any free port in place of the others. Names in `fixed` keep their ports. No
 * port is chosen twice.
 */
export async function choosePorts(
  wanted: ClusterPorts,
  fixed: readonly (keyof ClusterPorts)[],
  search: PortSearch,
): Promise<ClusterPorts> {
  const chosen: Record<keyof ClusterPorts, number> = { ...wanted };
  const taken = new Set(fixed.map((name) => wanted[name]));
  for (const name of Object.keys(wanted) as (keyof ClusterPorts)[]) {
    if (fixed.includes(name)) continue;
    let port = wanted[name];
    while (taken.has(port) || !(await search.isFree(port))) port = await search.anyFree();
    taken.add(port);
    chosen[name] = port;
  }
  return chosen;
}

/** The ports of this machine. */
export const MACHINE_PORTS: PortSearch = { isFree: isFreePort, anyFree: freePort };

/** Whether a program can listen on this port of 127.0.0.1 now. */
export async function isFreePort(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/**
 * Systems hand out ports from 32768 on to programs that connect or that ask for any port. A port below stays free until
 * its program has started, which for Spark takes seconds.
 */
const LOWEST_PORT = 12_000;
const PORTS_END = 32_768;
const handedOut = new Set<number>();

/** A port of 127.0.0.1 on which no program listens now. No port is given twice by this process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST_PORT, PORTS_END);
    if (handedOut.has(port) || !(await isFreePort(port))) continue;
    handedOut.add(port);
    return port;
  }
}
