/**
 * Loaded before the program (`node --import`): its clock jumps to the end of each wait, so that a day of polls takes as long
 * as the polls themselves.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { SYSTEM } from '../app/src/program/system.ts';

/** It begins a day ago: brokers refuse times that are far ahead of theirs. */
let ahead_ms = -86_400_000;
const system = SYSTEM as { -readonly [Name in keyof typeof SYSTEM]: (typeof SYSTEM)[Name] };
system.clock = () => Date.now() + ahead_ms;
system.monotonic = () => performance.now() + ahead_ms;
/** How long the spool waits for a topic: a time that work takes, and no pause between polls. */
const PATIENCE_MS = 3_000;
const { sleep } = SYSTEM;
system.sleep = async (ms, signal) => {
  if (ms === PATIENCE_MS) return sleep(ms, signal);
  ahead_ms += Math.ceil(ms);
  await turn();
};
