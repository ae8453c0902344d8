import { onTestFinished } from 'vitest';
import type { S3Options } from '../../../src/index.ts';
import { type Fault, STAND_IN_KEYS, StandIn, type StandInOptions } from './stand-in.ts';

/** A stand-in for S3 that ends with the test, and how to reach it. */
export async function start(options: StandInOptions = {}): Promise<{ server: StandIn; s3: S3Options }> {
  const server = await new StandIn(options).listen();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const s3 = {
    endpoint: server.endpoint,
    credentials: STAND_IN_KEYS,
    conditionalPut: true,
    // Longer than a busy machine is silent.
    retry: { baseMs: 1, attempts: 4, timeoutMs: 10_000 },
  };
  return { server, s3 };
}

/** Faults for the first requests of a method on keys that hold `part`; the others go through. */
export function faults(
  method: string,
  part: string,
  ...list: readonly Fault[]
): StandInOptions['fault'] & object {
  const left = [...list];
  return (request) =>
    request.method === method && request.key.includes(part) ? (left.shift() ?? null) : null;
}
