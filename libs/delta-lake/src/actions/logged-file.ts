import { isRecord } from '../records.ts';
import type { AddFile, FileStatistics } from './actions.ts';
import type { DeletionVectorDescriptor } from './deletion-vector.ts';
import { exactIntegers } from './exact-json.ts';
import type { TextBlock, FileTexts } from './file-texts.ts';

export type LoggedFields = Omit<AddFile, 'stats'>;

/** An {@link AddFile} that parses its statistics when they are first asked for: a table holds many, few are looked at. */
export class LoggedFile implements AddFile {
  readonly path: string;
  readonly size: number;
  readonly modificationTime: number;
  readonly dataChange: boolean;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  /** Rows by the statistics, deleted ones included; null when the statistics do not say. */
  readonly rows: number | null;
  declare readonly tags?: Readonly<Record<string, string>>;
  declare readonly deletionVector?: DeletionVectorDescriptor;
  declare readonly baseRowId?: number | bigint;
  declare readonly defaultRowCommitVersion?: number | bigint;
  declare readonly clusteringProvider?: string;
  readonly #text: string | TextBlock | null;
  /** Number of the text in its block. */
  readonly #index: number;
  #stats: FileStatistics | null | undefined;

  /** With `texts` the statistics are kept there. */
  constructor(fields: LoggedFields, texts: FileTexts | null = null) {
    this.path = fields.path;
    this.size = fields.size;
    this.modificationTime = fields.modificationTime;
    this.dataChange = fields.dataChange;
    this.partitionValues = fields.partitionValues;
    const { statsText } = fields;
    this.rows = statsText === null ? null : countOf(statsText);
    const block = statsText === null ? null : (texts?.blockFor(statsText) ?? null);
    this.#text = block ?? statsText;
    this.#index = block?.add(statsText ?? '') ?? 0;
    // Fields that most files lack are only set where they are, to keep a million entries small.
    if (fields.tags) this.tags = fields.tags;
    if (fields.deletionVector) this.deletionVector = fields.deletionVector;
    if (fields.baseRowId !== undefined) this.baseRowId = fields.baseRowId;
    if (fields.defaultRowCommitVersion !== undefined)
      this.defaultRowCommitVersion = fields.defaultRowCommitVersion;
    if (fields.clusteringProvider !== undefined) this.clusteringProvider = fields.clusteringProvider;
  }

  get statsText(): string | null {
    const text = this.#text;
    return typeof text === 'object' ? (text?.text(this.#index) ?? null) : text;
  }

  get stats(): FileStatistics | null {
    if (this.#stats !== undefined) return this.#stats;
    const text = this.statsText;
    const stats = text === null ? null : parseStatistics(text);
    // Texts are packed where there are many. Parsed statistics of so many files would not fit into memory either.
    if (typeof this.#text === 'string') this.#stats = stats;
    return stats;
  }
}

/** The fields of a file, for another one that differs in some of them. */
export function loggedFields(file: AddFile): LoggedFields {
  const { stats: _, ...fields } = { ...file, statsText: file.statsText } as AddFile;
  return fields;
}

/**
 * Parses statistics; integers beyond 2^53 become bigints, so that a bound stays a bound. Null when the text is not a
 * JSON object.
 */
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
    numRecords: countIn(json['numRecords']),
    minValues: isRecord(json['minValues']) ? json['minValues'] : {},
    maxValues: isRecord(json['maxValues']) ? json['maxValues'] : {},
    nullCount: isRecord(json['nullCount']) ? json['nullCount'] : {},
  };
}

/** Number of rows by the statistics, deleted ones included; null when the statistics do not say. */
export function recordCount(file: AddFile): number | null {
  if (file instanceof LoggedFile) return file.rows;
  return file.statsText === null ? null : countOf(file.statsText);
}

/** Reads the count without parsing all of the text if it comes first, as every known writer puts it. */
function countOf(text: string): number | null {
  const match = /^\{"numRecords":(\d+)[,}]/.exec(text);
  return match ? countIn(Number(match[1])) : (parseStatistics(text)?.numRecords ?? null);
}

/** Ignores a count above 2^53 or below 0. */
function countIn(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}
