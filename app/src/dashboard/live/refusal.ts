import { WIRE_VERSION } from '../../wire/frame.ts';
import type { ServerMessage } from '../protocol.ts';

/**
 * What a page is told that reads version `wire` of the frames, and so cannot read ours. A page of version 1 does not know the
 * message `refused`; it shows what the pipeline says.
 */
export function refusalTexts(wire: number, now_ms: number): readonly string[] {
  const message =
    wire < WIRE_VERSION
      ? 'This page is older than its server: reload it.'
      : 'This page is newer than its server: reload it, or restart the server with the version of the page.';
  const said: readonly ServerMessage[] = [
    { type: 'refused', wire: WIRE_VERSION, message },
    {
      type: 'progress',
      progress: {
        at_ms: now_ms,
        started_at_ms: now_ms,
        state: 'running',
        message,
        engine: 'duckdb',
        trigger_ms: 1000,
        simulated: null,
        batch_id: null,
        topic: { name: '', partitions: [] },
        batches: [],
      },
    },
  ];
  return said.map((one) => JSON.stringify(one));
}
