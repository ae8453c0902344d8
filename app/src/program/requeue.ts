import type { Settings } from '../config/settings.ts';
import type { QuarantineReason } from '../lake/quarantine-flights.ts';
import { requeue as sendAgain } from '../pipeline/requeue.ts';
import { existingData } from './data-folder.ts';
import { openLake } from './lake/open-lake.ts';
import { SYSTEM } from './system.ts';
import { count } from './terminal/say.ts';
import { openTopic, topicPlace } from './topic.ts';

/** What a person asks for. */
export interface RequeueRequest {
  readonly reason: QuarantineReason;
  readonly limit?: number;
  readonly dryRun: boolean;
  readonly again: boolean;
}

/** `contrail requeue`: sends quarantined messages to the topic again. Answers what it did, in a sentence. */
export async function requeue(
  settings: Settings,
  request: RequeueRequest,
  signal: AbortSignal,
): Promise<string> {
  const data = existingData(settings, ['lake', 'topic']);
  await using home = openLake(settings, data, signal, 'requeue');
  await using topic = await openTopic(settings, data, request.dryRun);
  const done = await sendAgain({ ...request, lake: home.lake, topic, clock: SYSTEM.clock, signal });
  const { sent, known, withoutBytes, left } = done;
  const parts = [
    `${count(sent)} ${request.reason} messages ${request.dryRun ? 'would be sent' : 'were sent'} again to topic ${topic.name} of ${topicPlace(settings, data)}`,
    ...(known === 0 ? [] : [`${count(known)} were sent before, or have the same bytes as another one`]),
    ...(withoutBytes === 0 ? [] : [`of ${count(withoutBytes)} the quarantine has no bytes`]),
    ...(left === 0 ? [] : [`${count(left)} are left`]),
  ];
  return `${parts.join('; ')}.`;
}
