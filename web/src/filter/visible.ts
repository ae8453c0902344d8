import { MAX_SLOTS } from 'contrail/wire/columns';
import { isEmergency } from '../live/emergencies.ts';
import type { Picture } from '../live/picture.ts';
import type { Known } from './fields.ts';
import { testsOf, type Filter } from './filter.ts';

/** Bits of a slot in {@link Visible.mask}. */
export const MATCHES = 1;
export const EMERGENCY = 2;

/**
 * Which aircraft are shown, by slot: 0 is hidden or free. Computed once per tick and change of the filter; layers, pick and
 * counts read it. An emergency is shown whatever the filter says.
 */
export class Visible {
  readonly mask = new Uint8Array(MAX_SLOTS);
  /** Aircraft that pass the filter. */
  matching = 0;
  /** Emergencies that are shown although they do not pass it. */
  keptBeside = 0;
  #slots = 0;

  /** Looks at every aircraft: 15,000 take about a millisecond. */
  update(picture: Picture, filter: Filter, identityOf: Known['identityOf'] = () => null): void {
    const { used, slots, columns } = picture;
    const { countries, feeds } = picture;
    const tests = testsOf(filter, columns, { countries, feeds, identityOf });
    this.mask.fill(0, slots, Math.max(slots, this.#slots));
    this.#slots = slots;
    this.matching = 0;
    this.keptBeside = 0;
    for (let slot = 0; slot < slots; slot++) {
      let bits = used[slot] === 1 ? MATCHES : 0;
      if (bits !== 0) {
        for (const test of tests) {
          if (test(slot)) continue;
          bits = 0;
          break;
        }
        this.matching += bits;
        if (isEmergency(columns, slot)) {
          if (bits === 0) this.keptBeside += 1;
          bits |= EMERGENCY;
        }
      }
      this.mask[slot] = bits;
    }
  }
}
