import type { AddFile, FileStatistics } from './actions.ts';
import type { DeletionVectorDescriptor } from './deletion-vector.ts';

type Fields = Omit<AddFile, 'stats'>;

/** An {@link AddFile} that parses its statistics when they are first asked for: a table holds many, few are looked at. */
export class LoggedFile implements AddFile {
  readonly path: string;
  readonly size: number;
  readonly modificationTime: number;
  readonly dataChange: boolean;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly statsText: string | null;
  declare readonly tags?: Readonly<Record<string, string>>;
  declare readonly deletionVector?: DeletionVectorDescriptor;
  declare readonly baseRowId?: number;
  declare readonly defaultRowCommitVersion?: number;
  declare readonly clusteringProvider?: string;
  #stats: FileStatistics | null | undefined;

  constructor(fields: Fields) {
    this.path = fields.path;
    this.size = fields.size;
    this.modificationTime = fields.modificationTime;
    this.dataChange = fields.dataChange;
    this.partitionValues = fields.partitionValues;
    this.statsText = fields.statsText;
    // Fields that most files lack are only set where they are, to keep a million entries small.
    if (fields.tags) this.tags = fields.tags;
    if (fields.deletionVector) this.deletionVector = fields.deletionVector;
    if (fields.baseRowId !== undefined) this.baseRowId = fields.baseRowId;
    if (fields.defaultRowCommitVersion !== undefined)
      this.defaultRowCommitVersion = fields.defaultRowCommitVersion;
    if (fields.clusteringProvider !== undefined) this.clusteringProvider = fields.clusteringProvider;
  }

  get stats(): FileStatistics | null {
    this.#stats ??= this.statsText === null ? null : parseStatistics(this.statsText);
    return this.#stats;
  }
}

/** Parses statistics; integers beyond 2^53 become bigints, so that a bound stays a bound. Null when it is no JSON object. */
export function parseStatistics(text: string): FileStatistics | null {
  let json: unknown;
  try {
    json = /\d{16}/.test(text) ? JSON.parse(text, exactIntegers) : JSON.parse(text);
  } catch {
    // Statistics are an aid: without them the file is simply always read.
    return null;
  }
  if (!isRecord(json)) return null;
  return {
    numRecords: typeof json['numRecords'] === 'number' ? json['numRecords'] : null,
    minValues: isRecord(json['minValues']) ? json['minValues'] : {},
    maxValues: isRecord(json['maxValues']) ? json['maxValues'] : {},
    nullCount: isRecord(json['nullCount']) ? json['nullCount'] : {},
  };
}

/** Number of rows by the statistics, without parsing all of them where they begin with it, as every known writer does. */
export function recordCount(file: AddFile): number | null {
  if (file.statsText === null) return null;
  const match = /^\{"numRecords":(\d+)[,}]/.exec(file.statsText);
  return match ? Number(match[1]) : (file.stats?.numRecords ?? null);
}

function exactIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
