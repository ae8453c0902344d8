import type { ErrorAnswer } from 'contrail/dashboard/protocol';

/** The answer of a JSON route. @throws Error whose message is the server's own sentence, fit to show. */
export async function getJson<T>(
  fetch: typeof globalThis.fetch,
  path: string,
  signal: AbortSignal,
): Promise<T> {
  const answer = await fetch(path, { signal, headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(await reason(answer));
  return (await answer.json()) as T;
}

async function reason(answer: Response): Promise<string> {
  try {
    return ((await answer.json()) as ErrorAnswer).error.message;
  } catch {
    return `The server answered HTTP ${answer.status}.`;
  }
}
