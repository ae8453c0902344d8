import type { Protocol } from '../actions/actions.ts';
import { unsupportedFeature } from '../errors.ts';
import type { ColumnMappingMode } from '../schema/column-mapping.ts';

/**
 * The mode of a table. A property without the matching protocol has no effect.
 * @throws DeltaError unsupported-feature for an unknown mode
 */
export function columnMappingMode(
  protocol: Protocol,
  configuration: Readonly<Record<string, string>>,
  table: string,
): ColumnMappingMode {
  const { minReaderVersion, readerFeatures } = protocol;
  const isSupported =
    minReaderVersion === 2 || (minReaderVersion === 3 && readerFeatures?.includes('columnMapping') === true);
  const mode = configuration['delta.columnMapping.mode'] ?? 'none';
  if (!isSupported || mode === 'none') return 'none';
  if (mode === 'name' || mode === 'id') return mode;
  throw unsupportedFeature(`columnMapping mode ${mode}`, 'read', table);
}
