import { checkArgument } from '../../arguments.ts';
import { requestedFeatures, withFeatures } from '../../features/table-features.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import type { OperationResult } from '../operation-result.ts';
import { alter } from './alter.ts';

/**
 * Adds features to the protocol, by their names there, with the features that they need. From then on, programs that do
 * not know them cannot write the table, and for some features not even read it. A feature cannot be removed again.
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
