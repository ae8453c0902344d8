import { DeltaError, hasCode } from '../errors.ts';
import {
  parseChangeFile,
  parseCommitInfo,
  parseDomain,
  parseMetadata,
  parseProtocol,
  parseTransaction,
} from './action-bodies.ts';
import type {
  AddFile,
  ChangeFile,
  Commit,
  CommitInfo,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
  TransactionIdentifier,
} from './actions.ts';
import { addFields } from './add.ts';
import { parseAction } from './exact-json.ts';
import { noteFault } from './faults.ts';
import { isJson, type Json, type PartitionValues, partitionValues } from './fields.ts';
import type { FileTexts } from './file-texts.ts';
import { LoggedFile } from './logged-file.ts';
import { parseRemove } from './remove.ts';

/**
 * Collects actions, whichever file they come from (a commit, a checkpoint). Unknown actions and fields are ignored,
 * as the protocol asks; what is wrong with a known action is noted with it (`faultOf`).
 */
export class ActionCollector {
  protocol: Protocol | null = null;
  metadata: Metadata | null = null;
  readonly adds: AddFile[] = [];
  readonly removes: RemoveFile[] = [];
  readonly transactions: TransactionIdentifier[] = [];
  readonly domains: DomainMetadata[] = [];
  readonly changeFiles: ChangeFile[] = [];
  /** Of a V2 checkpoint: paths of the files that hold more of its actions. */
  readonly sidecars: string[] = [];
  commitInfo: CommitInfo | null = null;
  readonly #texts: FileTexts | null;
  /** Of the file before. */
  #partition: { readonly json: unknown; readonly values: PartitionValues } = { json: undefined, values: {} };
  /** Taken so far. */
  #lines = 0;

  /** With `texts`, what files have in common is kept there. */
  constructor(texts: FileTexts | null = null) {
    this.#texts = texts;
  }

  /** Takes one line of a commit or one row of a checkpoint: an object with one known key that is not null. */
  take(action: Json): void {
    for (const kind in action) {
      const body = action[kind];
      if (isJson(body)) this.takeBody(kind, body);
    }
  }

  /** Takes an action of a kind. */
  takeBody(kind: string, body: Json): void {
    switch (kind) {
      case 'add':
        this.adds.push(this.#file(body));
        break;
      case 'remove':
        pathOf(body, kind);
        this.removes.push(parseRemove(body));
        break;
      case 'txn':
        this.transactions.push(parseTransaction(body));
        break;
      case 'metaData':
        this.metadata = parseMetadata(body);
        break;
      case 'protocol':
        this.protocol = parseProtocol(body);
        break;
      case 'domainMetadata':
        this.domains.push(parseDomain(body));
        break;
      case 'cdc':
        this.changeFiles.push(parseChangeFile(body));
        break;
      case 'sidecar':
        this.sidecars.push(pathOf(body, kind));
        break;
      case 'commitInfo':
        this.commitInfo = parseCommitInfo(body);
        break;
      default:
        break;
    }
  }

  /**
   * Takes newline-delimited JSON, one action a line.
   * @throws DeltaError corrupt-log with the line that is wrong
   */
  takeLines(body: string): void {
    let start = 0;
    while (start < body.length) {
      let end = body.indexOf('\n', start);
      if (end === -1) end = body.length;
      this.#lines++;
      const source = body.slice(start, end);
      start = end + 1;
      if (source.trim() === '') continue;
      try {
        const action = parseAction(source);
        if (!isJson(action)) throw new DeltaError('corrupt-log', 'it is not a JSON object');
        // What a writer says of itself is free JSON. Others print and write it, so its numbers stay plain.
        this.take(isJson(action['commitInfo']) ? (JSON.parse(source) as Json) : action);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new DeltaError('corrupt-log', `line ${this.#lines}: ${reason}`, {
          cause,
          facts: { line: this.#lines },
        });
      }
    }
  }

  #file(body: Json): AddFile {
    pathOf(body, 'add');
    const { file, fault } = addFields(body, this.#partitionValues(body['partitionValues']));
    return noteFault(new LoggedFile(file, this.#texts), fault);
  }

  #partitionValues(json: unknown): PartitionValues {
    // Neighbouring rows of a checkpoint often share one object.
    if (json !== this.#partition.json || json === undefined) {
      const values = partitionValues(json);
      this.#partition = { json, values: this.#texts?.partitionValues(values) ?? values };
    }
    return this.#partition.values;
  }

  /** What was collected, as the commit `version`. */
  commit(version: number): Commit {
    const { protocol, metadata, adds, removes, transactions, domains, changeFiles, commitInfo } = this;
    return {
      version,
      protocol,
      metadata,
      adds,
      removes,
      transactions,
      domains,
      changeFiles,
      commitInfo,
    };
  }
}

/**
 * Parses a commit file: newline-delimited JSON, one action a line.
 * @throws DeltaError corrupt-log with the line that is wrong.
 */
export function parseCommit(
  table: string,
  version: number,
  body: string,
  texts: FileTexts | null = null,
): Commit {
  const collector = new ActionCollector(texts);
  try {
    collector.takeLines(body);
  } catch (error) {
    throw ofCommit(error, table, version);
  }
  return collector.commit(version);
}

/** Adds to an error which commit the wrong line is in. */
export function ofCommit(error: unknown, table: string, version: number): unknown {
  if (!hasCode(error, 'corrupt-log')) return error;
  return new DeltaError('corrupt-log', `Commit ${version} of ${table} cannot be read: ${error.message}.`, {
    cause: error.cause,
    facts: { ...error.facts, table, version },
  });
}

/** The path of a file; without it nobody could say later whether the action is still in force. */
function pathOf(body: Json, kind: string): string {
  const { path } = body;
  if (typeof path === 'string') return path;
  throw new DeltaError('corrupt-log', `the field "path" of "${kind}" is missing`);
}
