/** What is wrong with an action. An action that follows the protocol has no entry. */
const faults = new WeakMap<object, string>();

/**
 * Notes what is wrong with an action, instead of refusing the log that has it: most actions of a log are superseded by
 * later ones, and a reader of the table refuses the ones that are not.
 */
export function noteFault<T extends object>(action: T, fault: string | null): T {
  if (fault !== null) faults.set(action, fault);
  return action;
}

/** What is wrong with an action; null when nothing is. */
export function faultOf(action: object): string | null {
  return faults.get(action) ?? null;
}
