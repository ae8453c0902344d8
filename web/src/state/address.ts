/** Parameters of the address, by name; null and empty ones are left out of it. */
export type Parameters = Readonly<Record<string, string | null>>;

/**
 * What a change of the address is of; `browsing` goes from one aircraft of the list to the next. Changes of one kind in a row are one step back; `null` is none, and only keeps the
 * address up to date.
 */
export type Step = (typeof STEPS)[number] | null;
const STEPS = ['filter', 'range', 'selection', 'browsing', 'comparison'] as const;

/** Kinds of which each change is a step of its own: Back goes from one aircraft to the one before. */
const EACH_A_STEP: readonly Step[] = ['selection'];

/** What made an entry of the history, of its state, which may be of a former version of the page. */
export function stepOf(state: unknown): Step {
  if (typeof state !== 'object' || state === null || !('step' in state)) return null;
  return STEPS.find((step) => step === state.step) ?? null;
}

/** Whether a change adds an entry to the history, where `last` is what made the present one. */
export function isNewEntry(step: Step, last: Step): boolean {
  return step !== null && (step !== last || EACH_A_STEP.includes(step));
}

/** The address as those see it who keep their state in it. */
export interface Address {
  get(name: string): string | null;
  /** Changes these parameters of the page. */
  set(changes: Parameters, step: Step): void;
  /** Calls `listener` after each change; answers a function that ends that. */
  onChange(listener: () => void): () => void;
}
