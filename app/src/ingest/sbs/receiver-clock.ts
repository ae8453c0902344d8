import type { SourceNotice } from '../source.ts';

/** Lines travel, and clocks that are set by the network differ by less. */
const NOTABLE_MS = 60_000;
const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Compares the times that a sender writes with those of receipt. Positions never take them over. */
export class ReceiverClock {
  #ahead_ms: number | null = null;

  /** @param generated_ms by the sender's clock, read as UTC */
  hear(generated_ms: number | null, received_ms: number): void {
    if (generated_ms === null) return;
    // Lines can only be late: the least late one shows the clock.
    this.#ahead_ms = Math.max(this.#ahead_ms ?? -Infinity, generated_ms - received_ms);
  }

  /** How far the sender's clock is ahead of ours, ms, by what was heard since the last call; null: nothing was. */
  take(): number | null {
    const ahead_ms = this.#ahead_ms;
    this.#ahead_ms = null;
    return ahead_ms;
  }
}

/** The message about it; null if both clocks agree within a minute. */
export function receiverClockNotice(place: string, ahead_ms: number): SourceNotice | null {
  const far_ms = Math.abs(ahead_ms);
  if (far_ms < NOTABLE_MS) return null;
  const written = `The receiver at ${place} writes times that are ${span(far_ms)} ${ahead_ms > 0 ? 'ahead of' : 'behind'} this machine's`;
  const zone = zoneOf(ahead_ms);
  const why =
    zone === null ? 'one of the two clocks is wrong, or it plays a recording' : `its clock shows ${zone}`;
  return {
    about: 'clock',
    message: `${written}: ${why}. Contrail uses the time of receipt instead, so positions have the right time as long as this machine's clock is right.`,
  };
}

/** The time zone that explains a difference: zones differ by quarters of an hour, from UTC-12 to UTC+14. */
function zoneOf(ahead_ms: number): string | null {
  const quarters = Math.round(ahead_ms / QUARTER_MS);
  const isExplained = Math.abs(ahead_ms - quarters * QUARTER_MS) < NOTABLE_MS;
  if (!isExplained || quarters === 0 || quarters < -48 || quarters > 56) return null;
  const [hours, minutes] = [Math.floor(Math.abs(quarters) / 4), (Math.abs(quarters) % 4) * 15];
  return `local time (UTC${quarters < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : `:${minutes}`})`;
}

function span(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / 60_000)} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} days`;
}
