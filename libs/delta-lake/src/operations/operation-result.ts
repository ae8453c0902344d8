import type { CommitResult } from '../transaction/commit.ts';

type Committed = Extract<CommitResult, { readonly kind: 'committed' }>;

/** How an operation ended. Only `committed` changed anything. */
export type OperationResult =
  | (Committed & {
      /** As in the history, by Spark's names. */
      readonly metrics: Readonly<Record<string, number>>;
    })
  | Exclude<CommitResult, Committed | { readonly kind: 'conflict' }>
  /** There was nothing to do: no version was made. */
  | { readonly kind: 'unchanged'; readonly version: number };
