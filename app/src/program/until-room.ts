import { setTimeout as wait } from 'node:timers/promises';
import { isDiskTrouble } from '../errors.ts';
import type { Shortage } from './disk-floor.ts';
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

/** Waits as long as the disk is too full, and says so once. @throws AbortError when the signal fires */
export async function whileShort(shortage: Shortage, signal: AbortSignal): Promise<void> {
  for (let said: string | null = null; ;) {
    const sentence = shortage();
    if (sentence === null) return;
    if (sentence !== said) say(sentence);
    said = sentence;
    await wait(PAUSE_MS, undefined, { signal });
  }
}
