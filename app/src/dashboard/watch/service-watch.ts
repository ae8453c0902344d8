import type { ServiceStatus } from '../protocol.ts';
import { shownSentence } from '../shown.ts';

/** A service outside of this process that can be asked how it is. */
export interface WatchedService {
  /** `kafka`, `s3`, `spark`, `spark-master`. */
  readonly name: string;
  readonly title: string;
  /** Where this process reaches it; without secrets. */
  readonly address: string;
  /** For a browser; null where there is none. */
  readonly page: string | null;
  /** A few words on how it is; rejects with what is wrong. */
  readonly look: (signal: AbortSignal) => Promise<string>;
}

/** How often each service is asked. */
export const SERVICE_LOOK_MS = 15_000;
/** How long it may take to answer. */
export const SERVICE_PATIENCE_MS = 10_000;

/** What it answers. @throws what it says is wrong, or that it was silent for too long */
export async function askService(
  service: WatchedService,
  options: { readonly signal?: AbortSignal; readonly patienceMs?: number } = {},
): Promise<string> {
  const { signal, patienceMs = SERVICE_PATIENCE_MS } = options;
  const late = AbortSignal.timeout(patienceMs);
  const silence = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () =>
      reject(new Error(`${service.address} did not answer within ${patienceMs / 1000} s.`)),
    );
  });
  return Promise.race([service.look(signal === undefined ? late : AbortSignal.any([late, signal])), silence]);
}

/** Asks services in turn, each by itself, until the signal fires. */
export class ServiceWatch {
  readonly #services: readonly WatchedService[];
  readonly #clock: () => number;
  readonly #onChange: () => void;
  /** By name, once it was looked at. */
  readonly #seen = new Map<string, Pick<ServiceStatus, 'state' | 'found'> & { readonly at_ms: number }>();

  /** @param onChange is called when a service is in another state than before */
  constructor(services: readonly WatchedService[], clock: () => number, onChange: () => void) {
    this.#services = services;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  statuses(): readonly ServiceStatus[] {
    return this.#services.map(({ name, title, address, page }) => {
      const { state = 'waiting', found = null, at_ms } = this.#seen.get(name) ?? {};
      const age_s = at_ms === undefined ? null : Math.max(0, (this.#clock() - at_ms) / 1000);
      return {
        name,
        title,
        address,
        page,
        state,
        found: found === null ? null : shownSentence(found),
        age_s,
      };
    });
  }

  /** Looks at all of them once. Never rejects; what is looked at when the signal fires stays as it was. */
  async look(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#services.map((service) => this.#lookAt(service, signal)));
  }

  async #lookAt(service: WatchedService, signal: AbortSignal): Promise<void> {
    const before = this.#seen.get(service.name)?.state;
    const seen = await askService(service, { signal }).then(
      (found) => ({ state: 'ok' as const, found }),
      (error: unknown) => ({
        state: 'failed' as const,
        found: error instanceof Error ? error.message : String(error),
      }),
    );
    if (signal.aborted) return;
    this.#seen.set(service.name, { ...seen, at_ms: this.#clock() });
    if (seen.state !== before) this.#onChange();
  }
}
