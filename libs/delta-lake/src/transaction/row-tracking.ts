import type { AddFile, DomainMetadata } from '../actions/actions.ts';
import { loggedFields, LoggedFile, recordCount } from '../actions/logged-file.ts';
import { DeltaError, unsupportedFeature } from '../errors.ts';
import { featuresOf } from '../features/table-features.ts';
import { isOn } from '../features/table-properties.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Draft } from './draft.ts';

const DOMAIN = 'delta.rowTracking';

/**
 * Refuses a draft that would copy rows into new files without their row ids: into a table with row tracking, this
 * library may write only new rows. Source: Delta protocol, "Row Tracking".
 * @throws DeltaError unsupported-feature
 */
export function checkRowTracking({ snapshot, spec, appends, removes }: Draft, table: string): void {
  if (!isOn(snapshot.configuration, 'delta.enableRowTracking')) return;
  const copies = spec.copiesRows ?? (removes.size > 0 && appends.length > 0);
  if (copies) throw unsupportedFeature('rowTracking', 'write', table);
}

/**
 * Gives new row ids to files without any, and makes the domain that notes the highest id. Both depend on the version of
 * the commit. Null if the table does not track rows.
 */
export function assignRowIds(
  base: Snapshot,
  adds: readonly AddFile[],
): { readonly adds: readonly AddFile[]; readonly domain: DomainMetadata } | null {
  if (!featuresOf(base.protocol).has('rowTracking')) return null;
  let highest = highWaterMark(base);
  const numbered = adds.map((file) => {
    if (file.baseRowId !== undefined) return file;
    const rows = recordCount(file);
    if (rows === null) throw new DeltaError('internal', `The file ${file.path} has no row count.`);
    const baseRowId = highest + 1;
    highest += rows;
    return new LoggedFile({ ...loggedFields(file), baseRowId, defaultRowCommitVersion: base.version + 1 });
  });
  const configuration = JSON.stringify({ rowIdHighWaterMark: highest });
  return { adds: numbered, domain: { domain: DOMAIN, configuration, removed: false } };
}

function highWaterMark(base: Snapshot): number {
  const text = base.state.domains.get(DOMAIN)?.configuration;
  if (text === undefined) return -1;
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Reported below, with its content.
  }
  const mark =
    typeof json === 'object' && json !== null && 'rowIdHighWaterMark' in json
      ? json.rowIdHighWaterMark
      : null;
  if (!Number.isSafeInteger(mark)) {
    throw new DeltaError('corrupt-log', `The domain ${DOMAIN} says "${text}", not a row id.`);
  }
  return mark as number;
}
