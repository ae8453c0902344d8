import type { StageName, StageState } from 'contrail/dashboard/protocol';
import { nameOf, type Emergency } from '../live/emergencies.ts';
import type { PageState } from '../live/freshness.ts';

/** The name of each stage of the pipeline, in the order of the flow. */
export const STAGE_WORDS: Readonly<Record<StageName, string>> = {
  source: 'Source',
  topic: 'Topic',
  bronze: 'Bronze',
  silver: 'Silver',
  silver_ml: 'Silver ML',
  gold: 'Gold',
  dashboard: 'Dashboard',
};

/** What each stage does, for the Pipeline page. */
export const STAGE_MEANING: Readonly<Record<StageName, string>> = {
  source: 'Feed of positions',
  topic: 'Durable log of messages',
  bronze: 'As received, append-only',
  silver: 'Valid, typed, each once',
  silver_ml: 'Features and flight phase',
  gold: 'Five-minute windows',
  dashboard: 'The live picture',
};

/** The words for the states of a stage; each also has a shape of its own (shell/StateMark.svelte). */
export const STAGE_STATE_WORDS: Readonly<Record<StageState, string>> = {
  ok: 'OK',
  waiting: 'Waiting',
  delayed: 'Delayed',
  stale: 'Stale',
  failed: 'Failed',
};

/** The words for the states of the page. */
export const PAGE_STATE_WORDS: Readonly<Record<PageState, string>> = {
  loading: 'Loading',
  disconnected: 'Reconnecting',
  waiting: 'Waiting for data',
  replay: 'Replay',
  recording: 'Recording',
  stale: 'Stale',
  delayed: 'Delayed',
  live: 'Live',
};

/** The flight phases of Silver_ML in the order of a flight, with words. */
export const PHASES = [
  ['GROUND', 'Ground'],
  ['CLIMB', 'Climb'],
  ['CRUISE', 'Cruise'],
  ['LEVEL', 'Level'],
  ['DESCENT', 'Descent'],
  ['UNKNOWN', 'Unknown'],
] as const;

/** Words for a flight phase; an unknown one is shown unchanged. */
export function phaseWords(phase: string | null): string | null {
  return PHASES.find(([name]) => name === phase)?.[1] ?? phase;
}

/** OpenSky's category words, shortened for a card: the weight limits and reserved numbers are left to the tooltip. */
export const CATEGORY_WORDS: Readonly<Record<number, string>> = {
  2: 'Light',
  3: 'Small',
  4: 'Large',
  5: 'High vortex large',
  6: 'Heavy',
  7: 'High performance',
  8: 'Rotorcraft',
  9: 'Glider',
  10: 'Lighter than air',
  11: 'Parachutist',
  12: 'Ultralight',
  14: 'Unmanned',
  15: 'Space vehicle',
  16: 'Emergency vehicle',
  17: 'Service vehicle',
  18: 'Point obstacle',
  19: 'Cluster obstacle',
  20: 'Line obstacle',
};

/** Short words for an emitter category 0..20; null if the aircraft does not say. */
export function categoryWords(category: number): string | null {
  return CATEGORY_WORDS[category] ?? null;
}

/** What the three emergency squawks say, in neutral words. */
export const SQUAWK_WORDS: Readonly<Record<string, string>> = {
  '7500': 'unlawful interference reported',
  '7600': 'radio failure reported',
  '7700': 'emergency reported',
};

/** `UAL12, squawk 7700: emergency reported` */
export function emergencyWords(one: Emergency): string {
  return `${nameOf(one)}, squawk ${one.squawk}: ${SQUAWK_WORDS[one.squawk] ?? ''}`;
}

/** What is doubtful in the newest row of an aircraft, by the word of a track answer. */
const DOUBT_WORDS: Readonly<Record<string, string>> = {
  jump: 'Its last position is further from the one before than it can have flown.',
  altitude_jump: 'Its altitude has changed by more than it can have climbed.',
  speed_conflict: 'Its speed is too low for its altitude.',
  frozen: 'Its position stands still, though it flies.',
  stale: 'Its position was old already when the feed told it.',
};

/** A sentence for each doubt of a track answer. */
export function doubtWords(doubts: string | null): string[] {
  return (doubts ?? '').split(' ').flatMap((doubt) => DOUBT_WORDS[doubt] ?? []);
}

/** How clear a flight phase is: by how much its rule fits better than that of the next one, 0 to 1. */
export function confidenceWords(confidence: number | null): string {
  if (confidence === null) return '';
  return confidence >= 0.5 ? 'clear' : confidence >= 0.2 ? 'likely' : 'unsure';
}
