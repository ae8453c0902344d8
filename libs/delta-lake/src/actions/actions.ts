import type { DeletionVectorDescriptor } from './deletion-vector.ts';

/** Actions of a commit. Source: Delta protocol, "Actions"; unknown actions and fields are ignored. */

export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  /** Present exactly when minReaderVersion is 3. */
  readonly readerFeatures?: readonly string[];
  /** Present exactly when minWriterVersion is 7. */
  readonly writerFeatures?: readonly string[];
}

export interface Metadata {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> };
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  /** Epoch ms. */
  readonly createdTime?: number;
}

/** Statistics of a file as the log has them: bounds are JSON, typed by code that knows the schema. */
export interface FileStatistics {
  readonly numRecords: number | null;
  readonly minValues: Readonly<Record<string, unknown>>;
  readonly maxValues: Readonly<Record<string, unknown>>;
  readonly nullCount: Readonly<Record<string, unknown>>;
}

/** A data file of the table. */
export interface AddFile {
  /** As the log has it: URI-encoded, relative to the table's root or absolute. */
  readonly path: string;
  readonly size: number;
  /** Epoch ms. */
  readonly modificationTime: number;
  readonly dataChange: boolean;
  /** As the log has them; {@link Snapshot.partitionValues} types them. */
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly deletionVector?: DeletionVectorDescriptor;
  /** A bigint beyond 2^53. */
  readonly baseRowId?: number | bigint;
  readonly defaultRowCommitVersion?: number | bigint;
  readonly clusteringProvider?: string;
  /** The statistics' JSON text, or null when the writer gave none. */
  readonly statsText: string | null;
  /** `statsText`, parsed when first asked for. Null when there is none, or it is not a JSON object. */
  readonly stats: FileStatistics | null;
}

/** A tombstone: a file that left the table at `deletionTimestamp`. */
export interface RemoveFile {
  readonly path: string;
  /** Epoch ms; 0 when the writer gave none. */
  readonly deletionTimestamp: number;
  readonly dataChange: boolean;
  readonly extendedFileMetadata?: boolean;
  readonly partitionValues?: Readonly<Record<string, string | null>>;
  readonly size?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly deletionVector?: DeletionVectorDescriptor;
  /** A bigint beyond 2^53. */
  readonly baseRowId?: number | bigint;
  readonly defaultRowCommitVersion?: number | bigint;
}

/** The `cdc` action: a file with the rows that a commit changed. Source: Delta protocol, "Add CDC File". */
export interface ChangeFile {
  /** As the log has it, below `_change_data/`. */
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
  readonly dataChange: false;
}

/** The `txn` action: `appId` has committed everything up to `version`. */
export interface TransactionIdentifier {
  readonly appId: string;
  /** A bigint beyond 2^53. */
  readonly version: number | bigint;
  /** Epoch ms. */
  readonly lastUpdated?: number;
}

export interface DomainMetadata {
  readonly domain: string;
  readonly configuration: string;
  readonly removed: boolean;
}

/** Provenance of a commit: free JSON; the named fields are those that writers agree on. */
export interface CommitInfo {
  readonly timestamp?: number;
  readonly inCommitTimestamp?: number;
  readonly operation?: string;
  readonly operationParameters?: Readonly<Record<string, unknown>>;
  readonly operationMetrics?: Readonly<Record<string, unknown>>;
  readonly readVersion?: number;
  readonly isolationLevel?: string;
  readonly isBlindAppend?: boolean;
  readonly engineInfo?: string;
  readonly userMetadata?: string;
  readonly txnId?: string;
  readonly [field: string]: unknown;
}

/** One commit, sorted by kind of action. */
export interface Commit {
  readonly version: number;
  readonly protocol: Protocol | null;
  readonly metadata: Metadata | null;
  readonly adds: readonly AddFile[];
  readonly removes: readonly RemoveFile[];
  readonly transactions: readonly TransactionIdentifier[];
  readonly domains: readonly DomainMetadata[];
  readonly changeFiles: readonly ChangeFile[];
  readonly commitInfo: CommitInfo | null;
}
