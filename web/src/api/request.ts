import type { ErrorAnswer } from 'contrail/dashboard/protocol';

/** The server has understood the request and refuses it: an earlier answer is no longer valid. */
export class Refused extends Error {}

/**
 * The answer of a JSON route.
 * @throws Error whose message is the server's own sentence, which can be shown; {@link Refused} if asking again does
 * not help
 */
export async function getJson<T>(
  fetch: typeof globalThis.fetch,
  path: string,
  signal: AbortSignal,
): Promise<T> {
  const answer = await accepted(fetch, path, { signal, headers: { accept: 'application/json' } });
  return (await answer.json()) as T;
}

/** The bytes of a route. @throws as {@link getJson} */
export async function getBytes(
  fetch: typeof globalThis.fetch,
  path: string,
  signal: AbortSignal,
): Promise<ArrayBuffer> {
  return (await accepted(fetch, path, { signal })).arrayBuffer();
}

async function accepted(
  fetch: typeof globalThis.fetch,
  path: string,
  request: RequestInit,
): Promise<Response> {
  const answer = await fetch(path, request);
  if (answer.ok) return answer;
  const isRefused = (answer.status >= 400 && answer.status < 500) || answer.status === 501;
  throw new (isRefused ? Refused : Error)(await reason(answer));
}

async function reason(answer: Response): Promise<string> {
  try {
    return ((await answer.json()) as ErrorAnswer).error.message;
  } catch {
    return `The server answered HTTP ${answer.status}.`;
  }
}
