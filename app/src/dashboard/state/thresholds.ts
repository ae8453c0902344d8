/** Ages, in seconds, from which the page shows something as delayed (amber) or stale. */

/**
 * Positions are delayed when they are older than this plus one trigger, for which a row may wait for its micro-batch.
 */
export const POSITIONS_DELAYED_S = 15;
/** Positions, and tables after two triggers, are stale from this age. */
export const STALE_S = 60;
/** A feed is late when so many paces have passed since its newest answer, which means that it missed two polls, and stale after so many. */
export const LATE_PACES = 2;
export const LOST_PACES = 3.5;
/** The trigger that is assumed until the pipeline reports its own. */
export const ASSUMED_TRIGGER_S = 5;
/**
 * The pipeline reports at every trigger. After this many triggers without a report, and at least STALE_S, it counts as
 * silent.
 */
export const SILENT_TRIGGERS = 3;

/** The ages for a pipeline with this trigger. */
export interface Thresholds {
  readonly positionsDelayed_s: number;
  readonly positionsStale_s: number;
  /** Tables lag by up to two triggers: rows wait for one, and are written during the next. */
  readonly tableDelayed_s: number;
  readonly tableStale_s: number;
  readonly pipelineSilent_s: number;
}

/**
 * Thresholds that follow from the pipeline's trigger and from the pace of the feed, seconds: a feed that polls every 90 s is
 * late when it has missed two polls. A pace of 0: nobody knows it.
 */
export function thresholdsFor(trigger_s: number, pace_s: number): Thresholds {
  const [late_s, lost_s] = [LATE_PACES * pace_s, LOST_PACES * pace_s];
  return {
    positionsDelayed_s: POSITIONS_DELAYED_S + trigger_s + late_s,
    positionsStale_s: Math.max(STALE_S, POSITIONS_DELAYED_S + 2 * trigger_s + lost_s),
    tableDelayed_s: POSITIONS_DELAYED_S + 2 * trigger_s + late_s,
    tableStale_s: Math.max(STALE_S, POSITIONS_DELAYED_S + 3 * trigger_s + lost_s),
    pipelineSilent_s: Math.max(STALE_S, SILENT_TRIGGERS * trigger_s),
  };
}
