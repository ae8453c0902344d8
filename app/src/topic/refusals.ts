/** The refusals that all topics share. A label names the topic and where it is. */
import { ContrailError } from '../errors.ts';

export const closed = (label: string): ContrailError =>
  new ContrailError('topic-closed', `${label} is closed.`);

export const readOnly = (label: string): ContrailError =>
  new ContrailError('topic-read-only', `Cannot write to ${label}: this program opened it for reading only.`);

/** @param elsewhere the settings that lead to another topic: `TOPIC_NAME` */
export const partitionsDiffer = (
  label: string,
  found: number,
  wanted: number,
  elsewhere: string,
): ContrailError =>
  new ContrailError(
    'topic-partitions-differ',
    `${label} has ${found} partitions, but the settings say ${wanted}. ` +
      `Set NUM_PARTITIONS=${found}, or choose another ${elsewhere} for a new topic.`,
    { facts: { partitions: found } },
  );

/** @throws ContrailError `invalid` / `topic-message-invalid` */
export function requireTimestamp(timestamp_ms: number): void {
  if (Number.isSafeInteger(timestamp_ms)) return;
  throw new ContrailError(
    'topic-message-invalid',
    `A message to append has the timestamp ${timestamp_ms}; it must be whole milliseconds since the epoch.`,
  );
}
