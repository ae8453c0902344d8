import type { KeyAnswer } from 'contrail/dashboard/protocol';

/**
 * The address of the live socket for a page at `base` (document.baseURI): beside the page, however deep below a proxy that
 * is, with the key that proves the page to be of the server's own origin. A server without a key is asked without.
 */
export async function liveAddress(base: string, fetch: typeof globalThis.fetch): Promise<string> {
  const url = new URL('api/live', base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const answer = await fetch(new URL('api/live/key', base));
  if (answer.ok) url.searchParams.set('key', ((await answer.json()) as KeyAnswer).key);
  return url.href;
}
