/**
 * What a command and `scripts/with-node.mjs`, which has started it, say to each other: the launcher closes the channel by
 * ending, whatever ended it, and a command that ends itself by force says first with which exit code.
 */
import { rmSync } from 'node:fs';

/** Ends the process now, without waiting for what runs on other threads. Files in `folders` go with it. */
export function endAtOnce(exitCode: number, folders: readonly string[] = []): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  const end = (): boolean => process.kill(process.pid, 'SIGKILL');
  if (process.send === undefined) end();
  else process.send({ exitCode }, undefined, {}, end);
}

/** Stops this process when the one that has launched it is gone, however that ended; else it would run on unseen. */
export function endWithLauncher(): void {
  if (process.send === undefined) return;
  const stop = (): boolean => process.kill(process.pid, 'SIGTERM');
  if (!process.connected) stop();
  process.once('disconnect', stop);
  // To listen is no reason to run.
  process.channel?.unref();
}
