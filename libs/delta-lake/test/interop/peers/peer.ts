import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export const PEER_NAMES = ['delta-rs', 'Spark'] as const;
export type PeerName = (typeof PEER_NAMES)[number];

/** How to start a peer, or why it cannot be. */
export type PeerCommand = { readonly command: readonly [string, ...string[]] } | { readonly missing: string };

/** A table at one version, in short: equal for every reader that reads rightly. */
export interface TableDigest {
  readonly version: number;
  readonly schema: readonly unknown[];
  readonly numRecords: number;
  readonly digest: string;
}

/** Rows in their canonical text, with the columns that they have (fields of a Delta schema). */
export interface RowSet {
  readonly fields: readonly unknown[];
  readonly rows: readonly string[];
}

interface OfTable {
  readonly path: string;
}

/** What a peer can be asked: the arguments and the answer of each call. `peers/*.py` are the other side. */
export interface Calls {
  readonly digests: [OfTable & { versions: readonly number[] }, readonly TableDigest[]];
  readonly rows: [OfTable & { version?: number; predicate?: string }, readonly string[]];
  /** For each predicate of SQL the rows that satisfy it, and the files that are left by what the log says of them. */
  readonly select: [
    OfTable & { predicates: readonly string[] },
    readonly { readonly rows: number; readonly files: number }[],
  ];
  readonly create: [
    OfTable & {
      fields: readonly unknown[];
      partition_by: readonly string[];
      properties: Readonly<Record<string, string>>;
    },
    null,
  ];
  readonly append: [OfTable & RowSet & { evolve?: boolean }, null];
  readonly overwrite: [OfTable & RowSet & { predicate?: string }, null];
  readonly delete: [OfTable & { predicate: string }, null];
  readonly update: [OfTable & { assignments: Readonly<Record<string, string>>; predicate: string }, null];
  readonly merge: [OfTable & RowSet & { key: readonly string[] }, null];
  readonly optimize: [OfTable & { z_order?: readonly string[] }, null];
  readonly vacuum: [OfTable & { retention_hours: number }, unknown];
  readonly checkpoint: [OfTable, null];
  readonly setProperties: [OfTable & { properties: Readonly<Record<string, string>> }, null];
  readonly restore: [OfTable & { version: number }, null];
  /** Canonical rows with two more cells: the kind of change, and the version. */
  readonly changes: [OfTable & { first: number; last: number }, readonly string[]];
  readonly history: [OfTable, readonly { readonly version: number; readonly operation: string | null }[]];
  readonly transactionVersion: [OfTable & { application: string }, number | null];
  /** Spark alone; `{table}` in the statement stands for the table. */
  readonly sql: [OfTable & { statement: string }, null];
}

/** What a peer threw. */
export class PeerError extends Error {
  readonly peer: PeerName;
  /** The class of the error over there. */
  readonly type: string;

  constructor(peer: PeerName, call: string, error: { readonly type: string; readonly message: string }) {
    super(`${peer} ${call}: ${error.type}: ${error.message.slice(0, 2000)}`);
    this.name = 'PeerError';
    this.peer = peer;
    this.type = error.type;
  }
}

type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly type: string; readonly message: string } };

interface Pending {
  readonly call: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Another program that reads and writes Delta tables: a process that answers one request after the other. */
export class Peer implements AsyncDisposable {
  readonly name: PeerName;
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #stderr = '';

  private constructor(
    name: PeerName,
    [file, ...args]: readonly [string, ...string[]],
    environment: Readonly<Record<string, string>>,
  ) {
    this.name = name;
    const env = { ...process.env, ...environment };
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4000);
    });
    if (this.#child.stdout) {
      createInterface({ input: this.#child.stdout }).on('line', (line) =>
        this.#settle(JSON.parse(line) as Answer),
      );
    }
    this.#child.on('error', (error) => this.#fail(error.message));
    this.#child.on('close', (code) => this.#fail(`it ended with exit code ${code}`));
  }

  /**
   * Starts the process and waits until it is ready; Spark needs about 10 s. Tables on S3 are reached by the usual
   * variables: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and AWS_ALLOW_HTTP for delta-rs;
   * Spark needs its S3A connector too, as jars in a folder that is one more argument of the command.
   */
  static async start(
    name: PeerName,
    command: readonly [string, ...string[]],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Peer> {
    const peer = new Peer(name, command, environment);
    await peer.#answerTo(0, 'start');
    return peer;
  }

  /** @throws PeerError with what the other program says. */
  async call<C extends keyof Calls>(call: C, ask: Calls[C][0]): Promise<Calls[C][1]> {
    const id = ++this.#lastId;
    const answer = this.#answerTo(id, call);
    this.#child.stdin?.write(`${JSON.stringify({ id, call, ...ask })}\n`);
    return (await answer) as Calls[C][1];
  }

  /** The end of its input is the end of the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.stdin?.end();
    await closed;
  }

  #answerTo(id: number, call: string): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { call, resolve, reject });
    return promise;
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('error' in answer) pending?.reject(new PeerError(this.name, pending.call, answer.error));
    else pending?.resolve(answer.result);
  }

  #fail(what: string): void {
    for (const { call, reject } of this.#pending.values())
      reject(new Error(`${this.name} ${call}: ${what}.\n${this.#stderr}`));
    this.#pending.clear();
  }
}
