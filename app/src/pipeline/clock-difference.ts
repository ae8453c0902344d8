/** How far apart the clocks of some rows are: the feed's time minus the time of receipt, seconds, in the middle of them. */
export interface ClockSample {
  /** Rows whose feed gave a time. */
  readonly rows: number;
  /** Above 0: the feed's time is ahead of the clock that stamped the receipt. */
  readonly aheadSeconds: number;
}

/** A smaller difference does not count: answers take time, and feeds report the seconds before. */
const NOTABLE_AHEAD_S = 60;
/** A feed that is busy may be a minute late by itself. */
const NOTABLE_BEHIND_S = 120;
/** The SELECT drops messages that are this far ahead; the sentence says so. */
const QUARANTINED_S = 600;

/**
 * How far the clock of the machine that receives is behind the feed's, whole seconds; negative if it is ahead, or the
 * feed is late. Null if they agree, or no row shows it. One aircraft with a wrong clock does not matter: the median of
 * all rows counts.
 */
export function clockBehindS(samples: readonly ClockSample[]): number | null {
  const sorted = samples.filter(({ rows }) => rows > 0).toSorted((a, b) => a.aheadSeconds - b.aheadSeconds);
  let left = sorted.reduce((sum, { rows }) => sum + rows, 0) / 2;
  for (const { rows, aheadSeconds } of sorted) {
    left -= rows;
    if (left > 0) continue;
    const isNotable = aheadSeconds > NOTABLE_AHEAD_S || aheadSeconds < -NOTABLE_BEHIND_S;
    return isNotable ? Math.round(aheadSeconds) : null;
  }
  return null;
}

/** The message about a difference, with what to do. */
export function clockNotice(behindSeconds: number): string {
  const far = duration(Math.abs(behindSeconds));
  if (behindSeconds < 0) {
    return (
      `The clock of the machine that receives the positions is about ${far} ahead of the feed's, or the feed is that late. ` +
      `If it is the clock, set it (switch time synchronisation on): the page calls everything old.`
    );
  }
  const effect =
    behindSeconds > QUARANTINED_S
      ? 'nearly every position goes to quarantine as implausible_time'
      : 'beyond 10 min, positions go to quarantine as implausible_time';
  return (
    `The clock of the machine that receives the positions is about ${far} behind the feed's: ${effect}. ` +
    `Set the clock (switch time synchronisation on).`
  );
}

/** `90 s`, `20 min`, `25 h`, `400 days`. */
function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
