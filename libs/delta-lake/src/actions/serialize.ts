import type {
  AddFile,
  ChangeFile,
  CommitInfo,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
  TransactionIdentifier,
} from './actions.ts';
import { addJson } from './add.ts';
import { exactJson } from './exact-json.ts';

/** One action on its way into a commit. */
export type Action =
  | { readonly commitInfo: CommitInfo }
  | { readonly protocol: Protocol }
  | { readonly metaData: Metadata }
  | { readonly txn: TransactionIdentifier }
  | { readonly add: AddFile }
  | { readonly remove: RemoveFile }
  | { readonly domainMetadata: DomainMetadata }
  | { readonly cdc: ChangeFile };

/** The text of a commit: one action a line. */
export function serializeCommit(actions: readonly Action[]): string {
  return actions
    .map((action) => `${jsonOf('add' in action ? { add: addJson(action.add) } : action)}\n`)
    .join('');
}

/** Few actions have a bigint, and looking for one in all would take most of the time. */
function jsonOf(action: object): string {
  try {
    return JSON.stringify(action);
  } catch {
    return exactJson(action);
  }
}
