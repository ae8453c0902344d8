import { inject, test as base } from 'vitest';
import { Peer, type PeerName } from './peers/peer.ts';

/** The peers of this run. One process each, started at its first use. */
export interface Peers {
  open(name: PeerName): Promise<Peer>;
}

/** Whether the tests that need the peer can run; `install.ts` has said why not. */
export function isInstalled(name: PeerName): boolean {
  return 'command' in inject('peers')[name];
}

/** Vitest's `test` with {@link Peers} as `peers`, which live as long as the worker. */
export const test = base.extend(
  'peers',
  { scope: 'worker' },
  // Vitest wants the first parameter to be a pattern.
  // oxlint-disable-next-line no-empty-pattern
  async ({}, { onCleanup }): Promise<Peers> => {
    const started = new Map<PeerName, Promise<Peer>>();
    onCleanup(async () => {
      for (const peer of started.values()) await (await peer)[Symbol.asyncDispose]();
    });
    return {
      open(name) {
        const known = started.get(name);
        if (known) return known;
        const how = inject('peers')[name];
        if ('missing' in how) throw new Error(`${name} is not installed: ${how.missing}`);
        const peer = Peer.start(name, how.command);
        started.set(name, peer);
        return peer;
      },
    };
  },
);
