import { messageOf } from '../../errors.ts';

/** The result of one check. `advice` says what to do when it is unhealthy. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly advice?: string;
}

/** Runs a check: `ok` with what `work` answers, or unhealthy with the message of what it throws. */
export async function look(
  check: string,
  advice: string,
  work: () => string | Promise<string>,
): Promise<Finding> {
  try {
    return { check, ok: true, found: await work() };
  } catch (error) {
    return { check, ok: false, found: messageOf(error), advice };
  }
}
