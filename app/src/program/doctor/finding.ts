/** One thing that was looked at; `advice` says what to do when it is unhealthy. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly advice?: string;
}

/** A finding that is well when the work answers, and unhealthy with the message of what it throws. */
export async function look(
  check: string,
  advice: string,
  work: () => string | Promise<string>,
): Promise<Finding> {
  try {
    return { check, ok: true, found: await work() };
  } catch (error) {
    return { check, ok: false, found: error instanceof Error ? error.message : String(error), advice };
  }
}
