import { setTimeout as wait } from 'node:timers/promises';
import { isDiskTrouble } from '../errors.ts';
import { say } from './terminal/say.ts';

const PAUSE_MS = 2_000;

/**
 * Runs the first step of a command, and repeats it while the disk is full. Prints why it waits, once for each reason.
 * @throws what `work` throws for any other reason; AbortError when the signal fires
 */
export async function untilRoom<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  pause: (signal: AbortSignal) => Promise<unknown> = (stop) => wait(PAUSE_MS, undefined, { signal: stop }),
): Promise<T> {
  let said: string | null = null;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || !isDiskTrouble(error) || signal.aborted) throw error;
      if (said !== error.message) say(`${error.message} Trying again until it works.`);
      said = error.message;
      await pause(signal);
    }
  }
}
