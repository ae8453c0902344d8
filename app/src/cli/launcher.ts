/**
 * The channel between a command and its launcher, `scripts/with-node.mjs`. It closes when the launcher ends, for
 * whatever reason. A command that ends itself by force first sends its exit code. A small command takes the place of its launcher, and
 * there is no channel: it is told its parent.
 */
import { rmSync } from 'node:fs';
import { parentOfLauncher } from '../program/environment.ts';

/** Ends the process now, without waiting for other threads, and deletes `folders`. */
export function endAtOnce(exitCode: number, folders: readonly string[] = []): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  const end = (): boolean => process.kill(process.pid, 'SIGKILL');
  if (process.send === undefined) end();
  else process.send({ exitCode }, undefined, {}, end);
}

/** Stops this process when its launcher has ended, for whatever reason; else it would go on unnoticed. */
export function endWithLauncher(): void {
  const parent = parentOfLauncher();
  if (process.send === undefined && parent !== null) endWithParent(parent);
  if (process.send === undefined) return;
  const stop = (): boolean => process.kill(process.pid, 'SIGTERM');
  if (!process.connected) stop();
  process.once('disconnect', stop);
  // Listening must not keep the process alive.
  process.channel?.unref();
}

const LOOK_MS = 500;

/** npm starts scripts through a shell that does not pass SIGTERM on: when the parent is gone, so is the reason to run. */
function endWithParent(parent: number): void {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS).unref();
}
