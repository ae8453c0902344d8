import { checkArgument } from '../../arguments.ts';
import { DeltaError } from '../../errors.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import type { OperationResult } from '../operation-result.ts';
import { alter } from './alter.ts';

/**
 * Removes table properties, so that their defaults apply.
 * @throws DeltaError invalid-argument for a property that files or commits depend on
 */
export async function unsetProperties(
  live: LiveSnapshot,
  names: readonly string[],
  options: CommitOptions = {},
): Promise<OperationResult> {
  const table = live.context.store.url;
  checkArgument('unsetProperties', 'the names', names, 'texts');
  const kept = names.find((name) => /^delta\.(columnMapping|inCommitTimestamp|rowTracking)/.test(name));
  if (kept !== undefined) {
    throw new DeltaError('invalid-argument', `The table property ${kept} of ${table} cannot be removed.`, {
      facts: { table, property: kept },
    });
  }
  return alter(live, options, (snapshot) => {
    const present = names.filter((name) => name in snapshot.configuration);
    if (present.length === 0) return null;
    const left = Object.entries(snapshot.configuration).filter(([name]) => !names.includes(name));
    return {
      operation: 'UNSET TBLPROPERTIES',
      operationParameters: { properties: JSON.stringify(present), ifExists: 'true' },
      metadata: { ...snapshot.metadata, configuration: Object.fromEntries(left) },
    };
  });
}
