/**
 * The one error class of the app. `kind` tells the caller what to do, and loops decide by it alone:
 * unavailable (wait, try again) · conflict (reload, redo) · invalid (fix input or settings) ·
 * corrupt (stop, tell a person) · unsupported (a feature that is refused) · internal (our bug).
 */
export const ERROR_KINDS = [
  'unavailable',
  'conflict',
  'invalid',
  'corrupt',
  'unsupported',
  'internal',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** A foreseen failure: what was being done, to what, what was found, what to do next. Never holds a secret. */
export class ContrailError extends Error {
  readonly kind: ErrorKind;
  /** Stable, for programs: `topic-offsets-expired`, `lake-kind-differs`, … */
  readonly code: string;
  /** Facts as fields, for logs. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    kind: ErrorKind,
    code: string,
    message: string,
    options: { readonly cause?: unknown; readonly facts?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ContrailError';
    this.kind = kind;
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** What the file system says when the disk is full or ails, or a process has too many files open: it may be well again. */
const PASSING: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM']);

/**
 * The kind of any error: its own, where it has one; `unavailable` for what the file system refuses for now; else, since
 * nobody foresaw it, `internal`.
 */
export function kindOf(error: unknown): ErrorKind {
  if (typeof error !== 'object' || error === null) return 'internal';
  const { kind, code } = error as { readonly kind?: unknown; readonly code?: unknown };
  const known = ERROR_KINDS.find((one) => one === kind);
  return known ?? (PASSING.has(code) ? 'unavailable' : 'internal');
}

/** The same in the words of what stands between: SQLite and DuckDB. */
const PASSING_IN_OTHER_WORDS: ReadonlySet<unknown> = new Set([
  'topic-disk-full',
  'topic-io-failed',
  'engine-disk-failed',
]);

/** Whether a full or ailing disk is behind an error, however it is wrapped: not a right that is missing, nor a service that is away. */
export function isDiskTrouble(error: unknown): boolean {
  for (let one = error; typeof one === 'object' && one !== null;) {
    const { code, cause } = one as { readonly code?: unknown; readonly cause?: unknown };
    if (PASSING.has(code) || PASSING_IN_OTHER_WORDS.has(code)) return true;
    one = cause;
  }
  return false;
}
