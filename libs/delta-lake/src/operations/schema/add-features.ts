import { checkArgument } from '../../arguments.ts';
import { requestedFeatures, withFeatures } from '../../features/table-features.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import type { OperationResult } from '../operation-result.ts';
import { alter } from './alter.ts';

/**
 * Gives the protocol features, by their names in the protocol, and those that they need: programs that do not know them
 * cannot write, or for some not even read, the table from then on. There is no way back.
 * @throws DeltaError unsupported-feature for one that this library does not write
 */
export async function addFeatures(
  live: LiveSnapshot,
  features: readonly string[],
  options: CommitOptions = {},
): Promise<OperationResult> {
  checkArgument('addFeatures', 'the features', features, 'texts');
  const wanted = Object.fromEntries(features.map((feature) => [`delta.feature.${feature}`, 'supported']));
  return alter(live, options, (snapshot) => {
    const request = requestedFeatures(wanted, [], live.context.store.url);
    const protocol = withFeatures(snapshot.protocol, request.features);
    if (protocol === snapshot.protocol) return null;
    return {
      operation: 'UPGRADE PROTOCOL',
      operationParameters: { newProtocol: JSON.stringify(protocol) },
      protocol,
    };
  });
}
