import { SYSTEM } from '../program/system.ts';

/**
 * Fires at SIGINT and SIGTERM; a second signal ends the process at once. Ctrl+C reaches the whole process group, and
 * the launcher passes it on as well, so another signal within a second counts as the same.
 */
export function untilSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAt = 0;
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (SYSTEM.monotonic() - firstAt > 1000) process.exit(1);
      return;
    }
    firstAt = SYSTEM.monotonic();
    controller.abort();
    // Even if something hangs, the process ends within 10 s, as promised.
    setTimeout(() => process.exit(0), 9_000).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
