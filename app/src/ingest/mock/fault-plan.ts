import { Dice, hash } from '../simulator/random.ts';

/** Which faults come, and how often. */
export interface FaultPlan<T> {
  readonly faults: readonly T[];
  /** Of all answers, 0 to 1. */
  readonly share: number;
  /** The same seed, the same faults at the same answers. */
  readonly seed: number;
}

/** Answers for one answer after the other which fault it has; each fault is as likely as any other. */
export function planFaults<T>({ faults, share, seed }: FaultPlan<T>): () => T | null {
  const dice = new Dice(hash(seed, faults.length, 7));
  return () => {
    // Draw both, so that what comes later does not depend on the share.
    const [isFaulty, fault] = [dice.chance(share), dice.below(Math.max(1, faults.length))];
    return isFaulty ? (faults[fault] ?? null) : null;
  };
}
