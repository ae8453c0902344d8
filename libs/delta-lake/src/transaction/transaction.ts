import type { AddFile, Metadata, Protocol, TransactionIdentifier } from '../actions/actions.ts';
import { fileKey } from '../actions/path.ts';
import { checkArgument, checkOptions, checkText, shown } from '../arguments.ts';
import { DeltaError } from '../errors.ts';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { commitDraft, type CommitResult } from './commit.ts';
import {
  COMMIT_OPTIONS,
  type CommitOptions,
  DATA_FILE,
  type DataFile,
  type TransactionSpec,
} from './draft.ts';

/**
 * Changes that become visible together, in one version, or not at all. Gathering costs no I/O; `commit` may be
 * called once.
 */
export class Transaction {
  readonly readVersion: number;
  readonly #live: LiveSnapshot;
  readonly #snapshot: Snapshot;
  readonly #spec: TransactionSpec;
  readonly #appends: DataFile[] = [];
  readonly #restored: AddFile[] = [];
  readonly #removes = new Map<string, AddFile>();
  readonly #appIds = new Map<string, number | bigint>();
  readonly #changeFiles: DataFile[] = [];
  readonly #domains = new Map<string, string | null>();
  #metadata: Metadata | null = null;
  #protocol: Protocol | null = null;
  #operationMetrics: Readonly<Record<string, number | string>> = {};
  #userMetadata: string | null = null;
  #spent = false;

  /** `snapshot`: the one that the changes are based on. Later commits are judged at the commit. */
  constructor(live: LiveSnapshot, snapshot: Snapshot, spec: TransactionSpec) {
    this.readVersion = snapshot.version;
    this.#live = live;
    this.#snapshot = snapshot;
    this.#spec = spec;
  }

  /** Adds files. */
  append(files: readonly DataFile[]): this {
    checkFiles('append', files);
    this.#appends.push(...files);
    return this;
  }

  /** Adds files as an older snapshot of the table has them, with their statistics and deletion vectors. */
  restore(files: Iterable<AddFile>): this {
    checkLogged('restore', files);
    this.#restored.push(...files);
    return this;
  }

  /** Removes files of the table (from {@link Snapshot.files}); their bytes stay until vacuum. */
  remove(files: Iterable<AddFile>): this {
    checkLogged('remove', files);
    for (const file of files) this.#removes.set(fileKey(file), file);
    return this;
  }

  /**
   * Makes the commit idempotent: it happens only while the table's version for `appId` is below `version`, else
   * `commit` answers `already-committed`. Versions of one `appId` therefore only grow.
   */
  identify(appId: string, version: TransactionIdentifier['version']): this {
    const exact = checkIdentity(appId, version);
    const other = this.#appIds.get(appId);
    if (other !== undefined && other !== exact) {
      throw new DeltaError(
        'invalid-argument',
        `The application "${appId}" is identified twice, ${other} and ${exact}.`,
      );
    }
    this.#appIds.set(appId, exact);
    return this;
  }

  /**
   * Adds files of changed rows below `_change_data`, each row with its `_change_type`. A commit with any change file
   * must list all changes: readers of the change data feed then ignore its other files.
   */
  appendChanges(files: readonly DataFile[]): this {
    checkFiles('appendChanges', files);
    this.#changeFiles.push(...files);
    return this;
  }

  /**
   * Replaces the table's metadata: schema, properties, … Every transaction that was open at the time then conflicts.
   */
  setMetadata(metadata: Metadata): this {
    checkArgument('setMetadata', 'the metadata', metadata, 'object');
    const { id, schemaString, partitionColumns, configuration, format } = metadata;
    for (const [name, value] of Object.entries({ id, schemaString }))
      checkArgument('setMetadata', `"${name}"`, value, 'text');
    checkArgument('setMetadata', '"partitionColumns"', partitionColumns, 'texts');
    checkArgument('setMetadata', '"configuration"', configuration, 'record');
    checkArgument('setMetadata', '"format"', format, 'object');
    this.#metadata = metadata;
    return this;
  }

  /** Replaces the protocol. @see setMetadata */
  setProtocol(protocol: Protocol): this {
    checkArgument('setProtocol', 'the protocol', protocol, 'object');
    this.#protocol = protocol;
    return this;
  }

  /** Sets the configuration of a domain, or removes it with null. Domains that begin with `delta.` are the protocol's own. */
  setDomain(domain: string, configuration: string | null): this {
    checkText('the domain', domain);
    if (configuration !== null) checkText(`the configuration of the domain "${domain}"`, configuration);
    if (domain.startsWith('delta.')) {
      throw new DeltaError(
        'invalid-argument',
        `The domain "${domain}" is reserved: it begins with "delta.".`,
      );
    }
    this.#domains.set(domain, configuration);
    return this;
  }

  /**
   * Adds metrics, or replaces those that are always counted when data changes (`numFiles`, `numOutputRows`, …).
   */
  setOperationMetrics(metrics: Readonly<Record<string, number | string>>): this {
    checkArgument('setOperationMetrics', 'the metrics', metrics, 'object');
    this.#operationMetrics = metrics;
    return this;
  }

  /** Free text for the history. */
  setUserMetadata(text: string): this {
    checkText('userMetadata', text);
    this.#userMetadata = text;
    return this;
  }

  /**
   * Commits; when it resolves to `committed`, the version is durable and every reader sees it.
   * @throws DeltaError unsupported-feature, append-only, not-null-violated, invalid-argument before anything is
   * written; store-failed when it is not committed, or the outcome could not be found out
   */
  async commit(options: CommitOptions = {}): Promise<CommitResult> {
    checkOptions('commit', options, COMMIT_OPTIONS);
    if (this.#spent)
      throw new DeltaError(
        'invalid-argument',
        'A transaction can be committed once, and this one was. Start another one.',
      );
    this.#spent = true;
    return commitDraft(
      this.#live,
      {
        spec: this.#spec,
        snapshot: this.#snapshot,
        appends: this.#appends,
        restored: this.#restored,
        removes: this.#removes,
        appIds: this.#appIds,
        changeFiles: this.#changeFiles,
        domains: this.#domains,
        metadata: this.#metadata,
        protocol: this.#protocol,
        operationMetrics: this.#operationMetrics,
        userMetadata: this.#userMetadata,
      },
      options,
    );
  }
}

/**
 * Checks the version of an application: an int64, 0 or more. Up to 2^53 the result is a number, whichever type was
 * given.
 * @throws DeltaError invalid-argument
 */
export function checkIdentity(appId: string, version: number | bigint): number | bigint {
  checkText('the application id', appId);
  const isCount =
    typeof version === 'bigint'
      ? version >= 0n && version < 2n ** 63n
      : Number.isSafeInteger(version) && version >= 0;
  if (!isCount)
    throw new DeltaError(
      'invalid-argument',
      `The version of the application "${appId}" must be a whole number, 0 or more, not ${shown(version)}.`,
    );
  return Number.isSafeInteger(Number(version)) ? Number(version) : version;
}

function checkFiles(call: string, files: readonly DataFile[]): void {
  checkArgument(call, 'the files', files, 'list');
  for (const file of files) {
    checkOptions(call, file, DATA_FILE);
    const { path, partition, statistics } = file;
    checkArgument(call, 'the path of a file', path, 'text');
    checkArgument(call, `the partition of ${path}`, partition, 'object');
    checkArgument(call, `the statistics of ${path}`, statistics, 'object');
  }
}

/** Files of a snapshot. */
function checkLogged(call: string, files: Iterable<AddFile>): void {
  const given: unknown = files;
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given))
    checkArgument(call, 'the files', given, 'list');
  if (!Array.isArray(given)) return;
  for (const file of given as readonly unknown[]) {
    checkArgument(call, 'a file of a snapshot', file, 'object');
    checkArgument(call, 'the path of a file', (file as AddFile).path, 'text');
  }
}
