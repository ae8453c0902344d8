/**
 * What a caller should do: unavailable (wait, try again) · conflict (reload, redo) · invalid (fix the input) ·
 * corrupt (stop, tell a person) · unsupported (a table feature that is refused) · internal (a bug of this library).
 */
export type DeltaErrorKind = 'unavailable' | 'conflict' | 'invalid' | 'corrupt' | 'unsupported' | 'internal';

/** The closed list of codes; each belongs to exactly one {@link DeltaErrorKind}. */
export const DELTA_ERROR_CODES = [
  'not-a-table',
  'no-such-version',
  'table-exists',
  'object-not-found',
  'no-such-bucket',
  'access-denied',
  'writes-refused',
  'writer-locked',
  'conflict',
  'invalid-argument',
  'invalid-schema',
  'unreadable-property',
  'not-null-violated',
  'append-only',
  'duplicate-key',
  'unsupported-protocol',
  'unsupported-feature',
  'unsupported-file-system',
  'corrupt-log',
  'corrupt-file',
  'missing-file',
  'unclear-files',
  'store-failed',
  'internal',
] as const;
export type DeltaErrorCode = (typeof DELTA_ERROR_CODES)[number];

const KIND_OF_CODE: Readonly<Record<DeltaErrorCode, DeltaErrorKind>> = {
  'not-a-table': 'invalid',
  'no-such-version': 'invalid',
  'table-exists': 'invalid',
  'object-not-found': 'invalid',
  'no-such-bucket': 'invalid',
  'access-denied': 'invalid',
  'writes-refused': 'invalid',
  'writer-locked': 'conflict',
  conflict: 'conflict',
  'invalid-argument': 'invalid',
  'invalid-schema': 'invalid',
  'unreadable-property': 'invalid',
  'not-null-violated': 'invalid',
  'append-only': 'invalid',
  'duplicate-key': 'invalid',
  'unsupported-protocol': 'unsupported',
  'unsupported-feature': 'unsupported',
  'unsupported-file-system': 'unsupported',
  'corrupt-log': 'corrupt',
  'corrupt-file': 'corrupt',
  'missing-file': 'corrupt',
  'unclear-files': 'corrupt',
  'store-failed': 'unavailable',
  internal: 'internal',
};

/** A foreseen failure of the library. The message says what was being done, to what, and what was found. */
export class DeltaError extends Error {
  readonly kind: DeltaErrorKind;
  /** Stable, for programs. */
  readonly code: DeltaErrorCode;
  /** Facts as fields, for logs: `table`, `version`, `path`, `feature`, … */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: DeltaErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly facts?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DeltaError';
    this.code = code;
    this.kind = KIND_OF_CODE[code];
    this.facts = options.facts ?? {};
  }
}

/** Whether `error` is a {@link DeltaError} with this code. */
export function hasCode(error: unknown, code: DeltaErrorCode): error is DeltaError {
  return error instanceof DeltaError && error.code === code;
}

/**
 * An error of something inside, told with its place in front: `The data file a.parquet of file:///t: …`. What is no
 * error of this library stays as it is.
 */
export function inPlace(place: string, facts: Readonly<Record<string, unknown>>, error: unknown): unknown {
  if (!(error instanceof DeltaError)) return error;
  const options = { cause: error, facts: { ...error.facts, ...facts } };
  return new DeltaError(error.code, `${place}: ${error.message}`, options);
}

/** Refusal of a table feature, by its name in the protocol (`deletionVectors`, `checkConstraints`, …). */
export function unsupportedFeature(feature: string, action: 'read' | 'write', table: string): DeltaError {
  return new DeltaError(
    'unsupported-feature',
    `Cannot ${action} ${table}: the table uses the feature "${feature}", which this library does not ${action}.`,
    { facts: { feature, table } },
  );
}
